# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 48), "float32"), C: T.Buffer((64, 48), "float32")):
        # with T.block("root"):
        for i_0, i_1, j in T.grid(10, 7, 48):
            with T.block("B"):
                vi = T.axis.spatial(64, i_0 * 7 + i_1)
                vj = T.axis.spatial(48, j)
                T.where(i_0 * 7 + i_1 < 64)
                T.reads(A[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = A[vi, vj] * T.float32(2.0) + T.float32(1.0)
