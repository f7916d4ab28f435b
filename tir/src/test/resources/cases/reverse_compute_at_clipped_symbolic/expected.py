# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(a: T.handle, c: T.handle):
        m, n = T.int32(), T.int32()
        A = T.match_buffer(a, (m, n))
        C = T.match_buffer(c, (m, n))
        # with T.block("root"):
        B = T.alloc_buffer((m, n))
        for i_0, j_0 in T.grid((m + 3) // 4, (n + 3) // 4):
            for i_1, j_1 in T.grid(4, 4):
                with T.block("B"):
                    vi = T.axis.spatial(m, i_0 * 4 + i_1)
                    vj = T.axis.spatial(n, j_0 * 4 + j_1)
                    T.where(i_0 * 4 + i_1 < m and j_0 * 4 + j_1 < n)
                    T.reads(A[vi, vj])
                    T.writes(B[vi, vj])
                    B[vi, vj] = A[vi, vj] * T.float32(2.0)
            for ax0, ax1 in T.grid(4, 4):
                with T.block("C"):
                    vi = T.axis.spatial(m, i_0 * 4 + ax0)
                    vj = T.axis.spatial(n, j_0 * 4 + ax1)
                    T.where(i_0 * 4 + ax0 < m and j_0 * 4 + ax1 < n)
                    T.reads(B[vi, vj])
                    T.writes(C[vi, vj])
                    C[vi, vj] = B[vi, vj] + T.float32(1.0)
