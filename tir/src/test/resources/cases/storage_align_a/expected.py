# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8, 16, 32), "float32"), C: T.Buffer((8, 16, 32), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((8, 16, 32))
        for i, j, k in T.grid(8, 16, 32):
            with T.block("B"):
                vi, vj, vk = T.axis.remap("SSS", [i, j, k])
                T.reads(A[vi, vj, vk])
                T.writes(B[vi, vj, vk])
                T.block_attr({"buffer_dim_align": [[0, 0, 128, 127]]})
                B[vi, vj, vk] = A[vi, vj, vk] * T.float32(2.0)
        for i, j, k in T.grid(8, 16, 32):
            with T.block("C"):
                vi, vj, vk = T.axis.remap("SSS", [i, j, k])
                T.reads(B[vi, vj, vk])
                T.writes(C[vi, vj, vk])
                C[vi, vj, vk] = B[vi, vj, vk] + T.float32(1.0)
