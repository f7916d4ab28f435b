# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32"), C: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        A_shared = T.alloc_buffer((64, 64), scope="shared")
        B_shared = T.alloc_buffer((64, 64), scope="shared")
        for i_0 in T.thread_binding(4, thread="blockIdx.y"):
            for j_0 in T.thread_binding(4, thread="blockIdx.x"):
                for i_1 in T.thread_binding(16, thread="threadIdx.y"):
                    for j_1 in T.thread_binding(16, thread="threadIdx.x"):
                        for k_0 in range(8):
                            with T.block("A_shared"):
                                v0, v1 = T.axis.remap("SS", [i_0, k_0])
                                T.reads(A[v0 * 16:v0 * 16 + 16, v1 * 8:v1 * 8 + 8])
                                T.writes(A_shared[v0 * 16:v0 * 16 + 16, v1 * 8:v1 * 8 + 8])
                                T.block_attr({"auto_copy": 1})
                                for ax0, ax1 in T.grid(16, 8):
                                    A_shared[v0 * 16 + ax0, v1 * 8 + ax1] = A[v0 * 16 + ax0, v1 * 8 + ax1]
                            with T.block("B_shared"):
                                v0, v1 = T.axis.remap("SS", [k_0, j_0])
                                T.reads(B[v0 * 8:v0 * 8 + 8, v1 * 16:v1 * 16 + 16])
                                T.writes(B_shared[v0 * 8:v0 * 8 + 8, v1 * 16:v1 * 16 + 16])
                                T.block_attr({"auto_copy": 1})
                                for ax0, ax1 in T.grid(8, 16):
                                    B_shared[v0 * 8 + ax0, v1 * 16 + ax1] = B[v0 * 8 + ax0, v1 * 16 + ax1]
                            for k_1 in range(8):
                                with T.block("C"):
                                    vi = T.axis.spatial(64, i_0 * 16 + i_1)
                                    vj = T.axis.spatial(64, j_0 * 16 + j_1)
                                    vk = T.axis.reduce(64, k_0 * 8 + k_1)
                                    T.reads(A_shared[vi, vk], B_shared[vk, vj])
                                    T.writes(C[vi, vj])
                                    with T.init():
                                        C[vi, vj] = T.float32(0.0)
                                    C[vi, vj] = C[vi, vj] + A_shared[vi, vk] * B_shared[vk, vj]
