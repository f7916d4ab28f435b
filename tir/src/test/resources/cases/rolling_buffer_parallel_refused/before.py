# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), C: T.Buffer((13,), "float32")):
        B = T.alloc_buffer((16,), "float32")
        for i in T.parallel(13):
            for j in range(4):
                with T.block("B"):
                    v = T.axis.spatial(16, i + j)
                    B[v] = A[v]
            with T.block("C"):
                vi = T.axis.spatial(13, i)
                C[vi] = B[vi] + B[vi + 3]
