# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((40,), "int32"), B: T.Buffer((36,), "int32")):
        # with T.block("root"):
        M = T.alloc_buffer((5,), "int32")
        for i_0 in range(12):
            for ax0 in range(5):
                with T.block("M"):
                    vi = T.axis.opaque(38, i_0 * 3 + ax0)
                    T.where(i_0 < 1 or 2 <= ax0)
                    T.reads(A[vi:vi + 3])
                    T.writes(M[vi % 5])
                    M[vi % 5] = A[vi] + A[vi + 2]
            for i_1 in range(3):
                with T.block("Y"):
                    vi = T.axis.opaque(36, i_0 * 3 + i_1)
                    T.reads(M[T.min(vi % 5, (vi + 2) % 5):T.min(vi % 5, (vi + 2) % 5) + (T.max(vi % 5, (vi + 2) % 5) + 1 - T.min(vi % 5, (vi + 2) % 5))])
                    T.writes(B[vi])
                    B[vi] = M[vi % 5] - M[(vi + 2) % 5]
