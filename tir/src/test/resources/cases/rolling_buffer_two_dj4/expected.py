# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((48, 16), "int32"), B: T.Buffer((44, 16), "int32")):
        # with T.block("root"):
        M = T.alloc_buffer((6, 16), "int32")
        for j, i_0 in T.grid(16, 11):
            for ax0 in range(6):
                with T.block("M"):
                    vi = T.axis.opaque(46, i_0 * 4 + ax0)
                    vj = T.axis.spatial(16, j)
                    T.where(i_0 < 1 or 2 <= ax0)
                    T.reads(A[vi:vi + 3, vj])
                    T.writes(M[vi % 6, vj])
                    M[vi % 6, vj] = A[vi, vj] + A[vi + 2, vj]
            for i_1 in range(4):
                with T.block("Y"):
                    vi = T.axis.opaque(44, i_0 * 4 + i_1)
                    vj = T.axis.spatial(16, j)
                    T.reads(M[T.min(vi % 6, (vi + 2) % 6):T.min(vi % 6, (vi + 2) % 6) + (T.max(vi % 6, (vi + 2) % 6) + 1 - T.min(vi % 6, (vi + 2) % 6)), vj])
                    T.writes(B[vi, vj])
                    B[vi, vj] = M[vi % 6, vj] - M[(vi + 2) % 6, vj]
