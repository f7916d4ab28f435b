# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 24), "float32"), B: T.Buffer((16,), "float32"), D: T.Buffer((16, 24), "float32"), E: T.Buffer((4,), "float32")):
        # with T.block("root"):
        for e in range(4):
            with T.block("e"):
                ve = T.axis.spatial(4, e)
                T.reads(A[ve, ve])
                T.writes(E[ve])
                E[ve] = A[ve, ve]
        for i_m in range(16):
            for k in range(24):
                with T.block("b0"):
                    vi, vk = T.axis.remap("SR", [i_m, k])
                    T.reads(A[vi, vk])
                    T.writes(B[vi])
                    with T.init():
                        B[vi] = T.float32(0.0)
                    B[vi] = B[vi] + A[vi, vk]
            for j in range(24):
                with T.block("b1"):
                    vi, vj = T.axis.remap("SS", [i_m, j])
                    T.reads(A[vi, vj], B[vi])
                    T.writes(D[vi, vj])
                    D[vi, vj] = A[vi, vj] - B[vi]
