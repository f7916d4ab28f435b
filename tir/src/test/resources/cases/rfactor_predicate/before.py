# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((6, 18), "float32"), B: T.Buffer((6,), "float32")):
        # with T.block("root"):
        for i, ko, ki in T.grid(6, 4, 5):
            with T.block("B"):
                vi = T.axis.spatial(6, i)
                vk = T.axis.reduce(18, ko * 5 + ki)
                T.where(ko * 5 + ki < 18)
                T.reads(A[vi, vk])
                T.writes(B[vi])
                with T.init():
                    B[vi] = T.float32(340282346638528859811704183484516925440.0)
                B[vi] = T.min(B[vi], A[vi, vk])
