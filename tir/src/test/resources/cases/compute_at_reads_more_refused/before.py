# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), D: T.Buffer((16,), "float32"), E: T.Buffer((16,), "float32")):
        B = T.alloc_buffer((16,), "float32")
        C = T.alloc_buffer((16,), "float32")
        for o in range(2):
            for i in range(8):
                with T.block("P"):
                    vi = T.axis.spatial(16, o * 8 + i)
                    B[vi] = A[vi]
            for i in range(8):
                with T.block("C"):
                    vi = T.axis.spatial(16, o * 8 + i)
                    C[vi] = B[vi]
            for j in range(8):
                with T.block("D"):
                    vi = T.axis.spatial(16, o * 8 + j)
                    D[vi] = C[vi]
                with T.block("E"):
                    vi = T.axis.spatial(16, o * 8 + j)
                    vj = T.axis.spatial(16, o * 8 + 7 - j)
                    E[vi] = C[vj]
