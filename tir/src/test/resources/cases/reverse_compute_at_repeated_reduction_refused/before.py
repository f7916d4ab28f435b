# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8,), "float32"), D: T.Buffer((4,), "float32"), E: T.Buffer((4, 8), "float32")):
        B = T.alloc_buffer((8,), "float32")
        for k in range(8):
            for r in range(2):
                with T.block("B"):
                    vk = T.axis.spatial(8, k)
                    B[vk] = A[vk]
        for i in range(4):
            for k in range(8):
                with T.block("D"):
                    vi = T.axis.spatial(4, i)
                    vk = T.axis.reduce(8, k)
                    with T.init():
                        D[vi] = T.float32(0)
                    D[vi] = D[vi] + B[vk] * E[vi, vk]
