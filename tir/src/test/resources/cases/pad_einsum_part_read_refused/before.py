# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((20,), "float32"), B: T.Buffer((17,), "float32")):
        for i in range(17):
            with T.block("B"):
                vi = T.axis.spatial(17, i)
                B[vi] = A[vi]
