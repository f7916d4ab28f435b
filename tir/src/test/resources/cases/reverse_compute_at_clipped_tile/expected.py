# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 48), "float32"), C: T.Buffer((64, 48), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((64, 48))
        for i_0, j_0 in T.grid(13, 10):
            for i_1, j_1 in T.grid(5, 5):
                with T.block("B"):
                    vi = T.axis.spatial(64, i_0 * 5 + i_1)
                    vj = T.axis.spatial(48, j_0 * 5 + j_1)
                    T.where(i_0 * 5 + i_1 < 64 and j_0 * 5 + j_1 < 48)
                    T.reads(A[vi, vj])
                    T.writes(B[vi, vj])
                    B[vi, vj] = A[vi, vj] * T.float32(2.0)
            for ax0, ax1 in T.grid(5, 5):
                with T.block("C"):
                    vi = T.axis.spatial(64, i_0 * 5 + ax0)
                    vj = T.axis.spatial(48, j_0 * 5 + ax1)
                    T.where(i_0 * 5 + ax0 < 64 and j_0 * 5 + ax1 < 48)
                    T.reads(B[vi, vj])
                    T.writes(C[vi, vj])
                    C[vi, vj] = B[vi, vj] + T.float32(1.0)
