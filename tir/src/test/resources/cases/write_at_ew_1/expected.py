# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 8, 4), "float32"), B: T.Buffer((16, 8, 4), "float32")):
        # with T.block("root"):
        B_local = T.alloc_buffer((16, 8, 4), scope="local")
        for i, j in T.grid(16, 8):
            for k in range(4):
                with T.block("b0"):
                    vi, vj, vk = T.axis.remap("SSS", [i, j, k])
                    T.reads(A[vi, vj, vk])
                    T.writes(B_local[vi, vj, vk])
                    B_local[vi, vj, vk] = A[vi, vj, vk] * T.float32(2.0)
            with T.block("B_local"):
                v0, v1 = T.axis.remap("SS", [i, j])
                T.reads(B_local[v0, v1, 0:4])
                T.writes(B[v0, v1, 0:4])
                T.block_attr({"auto_copy": 1})
                for ax0, ax1, ax2 in T.grid(1, 1, 4):
                    B[v0 + ax0, v1 + ax1, ax2] = B_local[v0 + ax0, v1 + ax1, ax2]
