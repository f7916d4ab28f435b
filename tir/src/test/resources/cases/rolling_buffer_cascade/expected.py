# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((48,), "int32"), B: T.Buffer((42,), "int32")):
        # with T.block("root"):
        M = T.alloc_buffer((10,), "int32")
        N = T.alloc_buffer((8,), "int32")
        for i_0 in range(7):
            for ax0 in range(10):
                with T.block("M"):
                    vi = T.axis.opaque(46, i_0 * 6 + ax0)
                    T.where(i_0 < 1 or 4 <= ax0)
                    T.reads(A[vi:vi + 3])
                    T.writes(M[vi % 10])
                    M[vi % 10] = A[vi] + A[vi + 2]
            for ax0 in range(8):
                with T.block("N"):
                    vi = T.axis.opaque(44, i_0 * 6 + ax0)
                    T.where(i_0 < 1 or 2 <= ax0)
                    T.reads(M[T.min(vi % 10, (vi + 2) % 10):T.min(vi % 10, (vi + 2) % 10) + (T.max(vi % 10, (vi + 2) % 10) + 1 - T.min(vi % 10, (vi + 2) % 10))])
                    T.writes(N[vi % 8])
                    N[vi % 8] = M[vi % 10] * M[(vi + 2) % 10]
            for i_1 in range(6):
                with T.block("Y"):
                    vi = T.axis.opaque(42, i_0 * 6 + i_1)
                    T.reads(N[T.min(vi % 8, (vi + 2) % 8):T.min(vi % 8, (vi + 2) % 8) + (T.max(vi % 8, (vi + 2) % 8) + 1 - T.min(vi % 8, (vi + 2) % 8))])
                    T.writes(B[vi])
                    B[vi] = N[vi % 8] - N[(vi + 2) % 8]
