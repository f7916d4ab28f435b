# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4,), "float32"), D: T.Buffer((4, 4), "float32")):
        B = T.alloc_buffer((4,), "float32")
        E = T.alloc_buffer((4,), "float32")
        for i in range(4):
            with T.block("B"):
                vi = T.axis.spatial(4, i)
                B[vi] = A[vi]
            with T.block("E"):
                vi = T.axis.spatial(4, i)
                E[vi] = A[vi]
        for i in range(4):
            for j in range(4):
                with T.block("D"):
                    vi = T.axis.spatial(4, i)
                    vj = T.axis.spatial(4, j)
                    D[vi, vj] = B[vi] + E[vj]
