# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "int32"), B: T.Buffer((16,), "int32")):
        # with T.block("root"):
        for i, k in T.grid(16, 16):
            with T.block("B"):
                vi = T.axis.spatial(16, i)
                vk = T.axis.reduce(16, k * k // 2)
                T.reads(A[vi, vk])
                T.writes(B[vi])
                with T.init():
                    B[vi] = 0
                B[vi] = B[vi] + A[vi, vk]
