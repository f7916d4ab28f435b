# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((6, 2), "float32"), C: T.Buffer((6,), "float32")):
        for i in range(4):
            for j in range(3):
                with T.block("C"):
                    vi = T.axis.spatial(6, (i * 3 + j) // 2)
                    vk = T.axis.reduce(2, (i * 3 + j) % 2)
                    with T.init():
                        C[vi] = T.float32(0)
                    C[vi] = C[vi] + A[vi, vk]
