# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), C: T.Buffer((16,), "float32"), D: T.Buffer((16,), "float32")):
        B = T.alloc_buffer((16,), "float32")
        for i in range(4):
            with T.block("W1"):
                vi = T.axis.spatial(4, i)
                B[vi] = A[vi]
        for i in range(4):
            with T.block("W2"):
                vi = T.axis.spatial(4, i)
                B[vi + 8] = A[vi + 8]
        for i in range(4):
            with T.block("R1"):
                vi = T.axis.spatial(4, i)
                C[vi] = B[vi]
            with T.block("R2"):
                vi = T.axis.spatial(4, i)
                D[vi] = B[vi + 8]
