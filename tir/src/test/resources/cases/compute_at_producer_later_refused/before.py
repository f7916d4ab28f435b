# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), X: T.Buffer((16,), "float32")):
        B = T.alloc_buffer((16,), "float32")
        E = T.alloc_buffer((16,), "float32")
        for i in range(16):
            with T.block("X"):
                vi = T.axis.spatial(16, i)
                X[vi] = A[vi]
        for i in range(16):
            with T.block("P"):
                vi = T.axis.spatial(16, i)
                E[vi] = A[vi]
        for i in range(16):
            with T.block("B"):
                vi = T.axis.spatial(16, i)
                B[vi] = E[vi]
