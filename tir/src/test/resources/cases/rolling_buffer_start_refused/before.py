# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((17,), "float32"), C: T.Buffer((14,), "float32")):
        B = T.alloc_buffer((17,), "float32")
        for i in T.serial(1, 14):
            for j in range(4):
                with T.block("B"):
                    v = T.axis.spatial(17, i + j)
                    B[v] = A[v]
            with T.block("C"):
                vi = T.axis.spatial(14, i)
                C[vi] = B[vi] + B[vi + 3]
