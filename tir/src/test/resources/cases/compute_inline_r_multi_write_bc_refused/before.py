# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "int32"), D: T.Buffer((16,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((16,), "int32")
        C = T.alloc_buffer((16,), "int32")
        for i in range(16):
            with T.block("BC"):
                vi = T.axis.spatial(16, i)
                T.reads(A[vi])
                T.writes(B[vi], C[vi])
                B[vi] = A[vi] * 2
                C[vi] = A[vi] + 1
        for i in range(16):
            with T.block("D"):
                vi = T.axis.spatial(16, i)
                T.reads(B[vi], C[vi])
                T.writes(D[vi])
                D[vi] = B[vi] + C[vi]
