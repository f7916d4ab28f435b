# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16, 8), "int32"), B: T.Buffer((16, 16, 8), "int32")):
        # with T.block("root"):
        for i in range(16):
            for j, k in T.grid(16 - i, 8):
                with T.block("B"):
                    vi = T.axis.spatial(16, i)
                    vj = T.axis.spatial(16, j + i)
                    vk = T.axis.spatial(8, k)
                    T.reads(A[vi, vj, vk])
                    T.writes(B[vi, vj, vk])
                    B[vi, vj, vk] = A[vi, vj, vk] * 2
