# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), B: T.Buffer((16,), "float32")):
        for i in range(4):
            with T.block("W1"):
                vi = T.axis.spatial(4, i)
                B[vi] = A[vi]
            with T.block("W2"):
                vi = T.axis.spatial(4, i)
                B[vi + 8] = A[vi]
