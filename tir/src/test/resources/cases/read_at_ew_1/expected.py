# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 8, 4), "float32"), B: T.Buffer((16, 8, 4), "float32")):
        # with T.block("root"):
        A_local = T.alloc_buffer((16, 8, 4), scope="local")
        for i, j in T.grid(16, 8):
            with T.block("A_local"):
                v0, v1 = T.axis.remap("SS", [i, j])
                T.reads(A[v0, v1, 0:4])
                T.writes(A_local[v0, v1, 0:4])
                T.block_attr({"auto_copy": 1})
                for ax0, ax1, ax2 in T.grid(1, 1, 4):
                    A_local[v0 + ax0, v1 + ax1, ax2] = A[v0 + ax0, v1 + ax1, ax2]
            for k in range(4):
                with T.block("b0"):
                    vi, vj, vk = T.axis.remap("SSS", [i, j, k])
                    T.reads(A_local[vi, vj, vk])
                    T.writes(B[vi, vj, vk])
                    B[vi, vj, vk] = A_local[vi, vj, vk] * T.float32(2.0)
