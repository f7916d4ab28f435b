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
        for i, k in T.grid(16, 24):
            with T.block("b0"):
                vi, vk = T.axis.remap("SR", [i, k])
                T.reads(A[vi, vk])
                T.writes(B[vi])
                with T.init():
                    B[vi] = T.float32(0.0)
                B[vi] = B[vi] + A[vi, vk]
        with T.block("b1_i_common"):
            T.reads()
            T.writes()
            with T.block("b1_i0_partition"):
                T.reads()
                T.writes()
                for i0, j in T.grid(3, 24):
                    with T.block("b1_i0"):
                        vi, vj = T.axis.remap("SS", [i0, j])
                        T.reads(A[0:3, 0:24], B[0:3])
                        T.writes(D[0:3, 0:24])
                        D[vi, vj] = A[vi, vj] - B[vi]
            with T.block("b1_i1_partition"):
                T.reads()
                T.writes()
                for i1 in range(3, 16):
                    for j in range(24):
                        with T.block("b1_i1"):
                            vi, vj = T.axis.remap("SS", [i1, j])
                            T.reads(A[3:16, 0:24], B[3:16])
                            T.writes(D[3:16, 0:24])
                            D[vi, vj] = A[vi, vj] - B[vi]
