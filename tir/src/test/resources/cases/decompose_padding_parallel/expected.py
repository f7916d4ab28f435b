# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 20), "float32"), B: T.Buffer((18, 22), "float32")):
        # with T.block("root"):
        for i, j in T.grid(18, 22):
            with T.block("P_pad_const"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads()
                T.writes(B[vi, vj])
                B[vi, vj] = T.float32(0.0)
        for i in T.parallel(16):
            for j in T.vectorized(20):
                with T.block("P"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    T.reads(A[vi, vj])
                    T.writes(B[vi + 1, vj + 1])
                    B[vi + 1, vj + 1] = A[vi, vj]
