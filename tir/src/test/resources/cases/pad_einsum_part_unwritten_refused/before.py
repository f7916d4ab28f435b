# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((7, 5), "int32"), C: T.Buffer((9,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((9, 5), "int32")
        for i, k in T.grid(7, 5):
            with T.block("B"):
                vi = T.axis.spatial(9, i)
                vk = T.axis.spatial(5, k)
                T.reads(A[vi, vk])
                T.writes(B[vi, vk])
                B[vi, vk] = A[vi, vk] * 2
        for i, k in T.grid(7, 5):
            with T.block("C"):
                vi = T.axis.spatial(9, i)
                vk = T.axis.reduce(5, k)
                T.reads(B[vi, vk])
                T.writes(C[vi])
                with T.init():
                    C[vi] = 0
                C[vi] = C[vi] + B[vi, vk]
