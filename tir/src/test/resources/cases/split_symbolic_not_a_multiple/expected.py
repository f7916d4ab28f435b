# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(a: T.handle, b: T.handle, n: T.int32):
        A = T.match_buffer(a, (n * 8, 32), "int32")
        B = T.match_buffer(b, (n * 8, 32), "int32")
        # with T.block("root"):
        for i_0, i_1, j in T.grid((n * 8 + 15) // 16, 16, 32):
            with T.block("B"):
                vi = T.axis.spatial(n * 8, i_0 * 16 + i_1)
                vj = T.axis.spatial(32, j)
                T.where(i_0 * 16 + i_1 < n * 8)
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj] * 2
