# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((15, 17), "float32"), B: T.Buffer((17, 19), "float32")):
        # with T.block("root"):
        for i in range(17):
            for j_0, j_1 in T.grid(5, 4):
                with T.block("P_pad_const"):
                    vi = T.axis.spatial(17, i)
                    vj = T.axis.spatial(19, j_0 * 4 + j_1)
                    T.where(j_0 * 4 + j_1 < 19)
                    T.reads()
                    T.writes(B[vi, vj])
                    B[vi, vj] = T.float32(0.0)
            for j_0, j_1 in T.grid(5, 4):
                with T.block("P"):
                    vi = T.axis.spatial(15, i - 1)
                    vj = T.axis.spatial(17, j_0 * 4 + j_1 - 1)
                    T.where(1 <= i and i < 16 and 1 <= j_0 * 4 + j_1 and j_0 * 4 + j_1 < 18 and j_0 * 4 + j_1 < 19)
                    T.reads(A[vi, vj])
                    T.writes(B[vi + 1, vj + 1])
                    B[vi + 1, vj + 1] = A[vi, vj]
