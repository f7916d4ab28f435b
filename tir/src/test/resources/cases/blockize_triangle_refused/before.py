# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4,), "float32"), B: T.Buffer((4,), "float32")):
        for i in range(4):
            for j in range(i + 1):
                with T.block("B"):
                    vj = T.axis.spatial(4, j)
                    B[vj] = A[vj]
