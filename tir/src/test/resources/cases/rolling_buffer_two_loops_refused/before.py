# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), C: T.Buffer((4, 4), "float32")):
        B = T.alloc_buffer((16,), "float32")
        for i in range(4):
            for h in range(4):
                for j in range(4):
                    with T.block("B"):
                        v = T.axis.spatial(16, i * 2 + h + j)
                        B[v] = A[v]
                with T.block("C"):
                    vi = T.axis.spatial(4, i)
                    vh = T.axis.spatial(4, h)
                    C[vi, vh] = B[vi * 2 + vh] + B[vi * 2 + vh + 3]
