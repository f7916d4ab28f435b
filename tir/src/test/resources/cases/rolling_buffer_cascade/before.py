# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((48,), "int32"), B: T.Buffer((42,), "int32")):
        # with T.block("root"):
        M = T.alloc_buffer((46,), "int32")
        N = T.alloc_buffer((44,), "int32")
        for i in range(46):
            with T.block("M"):
                vi = T.axis.spatial(46, i)
                T.reads(A[vi:vi + 3])
                T.writes(M[vi])
                M[vi] = A[vi] + A[vi + 2]
        for i in range(44):
            with T.block("N"):
                vi = T.axis.spatial(44, i)
                T.reads(M[vi:vi + 3])
                T.writes(N[vi])
                N[vi] = M[vi] * M[vi + 2]
        for i in range(42):
            with T.block("Y"):
                vi = T.axis.spatial(42, i)
                T.reads(N[vi:vi + 3])
                T.writes(B[vi])
                B[vi] = N[vi] - N[vi + 2]
