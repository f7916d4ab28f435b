# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 8), "float32"), C: T.Buffer((4,), "float32")):
        for i in range(4):
            for r in range(2):
                for k in range(8):
                    with T.block("C"):
                        vi = T.axis.spatial(4, i)
                        vk = T.axis.reduce(8, k)
                        with T.init():
                            C[vi] = T.float32(0)
                        C[vi] = C[vi] + A[vi, vk]
