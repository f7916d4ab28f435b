# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 8), "int32"), C: T.Buffer((4,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((4,), "int32")
        for i, k in T.grid(4, 6):
            with T.block("B"):
                vi = T.axis.spatial(4, i)
                vk = T.axis.reduce(8, k)
                T.reads(A[vi, vk])
                T.writes(B[vi])
                with T.init():
                    B[vi] = 0
                B[vi] = B[vi] + A[vi, vk]
        for i in range(4):
            with T.block("C"):
                vi = T.axis.spatial(4, i)
                T.reads(B[vi])
                T.writes(C[vi])
                C[vi] = B[vi] + 1
