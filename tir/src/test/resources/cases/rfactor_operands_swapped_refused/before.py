# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((6, 20), "int32"), B: T.Buffer((6,), "int32")):
        # with T.block("root"):
        for i, ko, ki in T.grid(6, 4, 5):
            with T.block("B"):
                vi = T.axis.spatial(6, i)
                vk = T.axis.reduce(20, ko * 5 + ki)
                T.reads(A[vi, vk])
                T.writes(B[vi])
                with T.init():
                    B[vi] = 1
                B[vi] = A[vi, vk] * B[vi]
