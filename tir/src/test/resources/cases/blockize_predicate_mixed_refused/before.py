# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 16, 16), "float32"), C: T.Buffer((4, 16), "float32")):
        for i in range(4):
            for j in range(16):
                for k in range(16):
                    with T.block("C"):
                        vi = T.axis.spatial(4, i)
                        vj = T.axis.spatial(16, j)
                        vk = T.axis.reduce(16, k)
                        T.where(j + k < 100)
                        with T.init():
                            C[vi, vj] = T.float32(0)
                        C[vi, vj] = C[vi, vj] + A[vi, vj, vk]
