# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((20,), "int32"), D: T.Buffer((16,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((20,), "int32")
        C = T.alloc_buffer((18,), "int32")
        for i in range(20):
            with T.block("B"):
                vi = T.axis.spatial(20, i)
                T.reads(A[vi])
                T.writes(B[vi])
                B[vi] = A[vi] + 1
        for i in range(18):
            with T.block("C"):
                vi = T.axis.spatial(18, i)
                T.reads(B[vi:vi + 3])
                T.writes(C[vi])
                C[vi] = B[vi] + B[vi + 1] + B[vi + 2]
        for i in range(16):
            with T.block("D"):
                vi = T.axis.spatial(16, i)
                T.reads(C[vi:vi + 3])
                T.writes(D[vi])
                D[vi] = C[vi] + C[vi + 2]
