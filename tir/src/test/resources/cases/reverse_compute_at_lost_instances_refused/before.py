# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((20,), "float32"), D: T.Buffer((20,), "float32")):
        B = T.alloc_buffer((16,), "float32")
        for i in range(4):
            for j in range(5):
                with T.block("B"):
                    vi = T.axis.spatial(16, i * 5 + j)
                    T.where(i * 5 + j < 16)
                    B[vi] = A[vi]
        for i in range(20):
            with T.block("D"):
                vi = T.axis.spatial(20, i)
                D[vi] = T.if_then_else(vi < 16, B[vi], T.float32(0))
