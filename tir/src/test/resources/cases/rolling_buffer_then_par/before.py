# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((40,), "int32"), B: T.Buffer((36,), "int32")):
        # with T.block("root"):
        M = T.alloc_buffer((38,), "int32")
        for i in range(38):
            with T.block("M"):
                vi = T.axis.spatial(38, i)
                T.reads(A[vi:vi + 3])
                T.writes(M[vi])
                M[vi] = A[vi] + A[vi + 2]
        for i in range(36):
            with T.block("Y"):
                vi = T.axis.spatial(36, i)
                T.reads(M[vi:vi + 3])
                T.writes(B[vi])
                B[vi] = M[vi] - M[vi + 2]
