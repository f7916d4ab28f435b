# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8, 8, 64), "int32"), B: T.Buffer((8, 8, 64), "int32")):
        # with T.block("root"):
        for i, j, k in T.grid(8, 8, 8):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                vk = T.axis.spatial(8, j * 8 + k - k * 8)
                T.reads(A[vi, vj, vk])
                T.writes(B[vi, vj, vk])
                B[vi, vj, vk] = A[vi, vj, vk] * 2
