# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32,), "int32"), C: T.Buffer((4, 8), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((8, 8), "int32")
        for i, j_0 in T.grid(4, 2):
            for ax0 in range(16):
                with T.block("B"):
                    vi = T.axis.spatial(32, j_0 * 16 + i * 8 + ax0)
                    T.where(j_0 * 16 + i * 8 + ax0 < 32)
                    T.reads(A[vi])
                    T.writes(B[vi // 8, vi % 8])
                    B[vi // 8, vi % 8] = A[vi] * 2
            for j_1 in range(16):
                with T.block("C"):
                    vi = T.axis.spatial(4, i)
                    vj = T.axis.spatial(8, j_0 * 16 + j_1)
                    T.where(j_0 * 16 + j_1 < 8)
                    T.reads(B[vi, vj])
                    T.writes(C[vi, vj])
                    C[vi, vj] = B[vi, vj] + 1
