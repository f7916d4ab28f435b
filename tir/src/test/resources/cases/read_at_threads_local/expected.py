# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32"), C: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        A_local = T.alloc_buffer((64, 64), scope="local")
        for i_0 in T.thread_binding(4, thread="blockIdx.y"):
            for j_0 in T.thread_binding(4, thread="blockIdx.x"):
                for i_1 in T.thread_binding(16, thread="threadIdx.y"):
                    for j_1 in T.thread_binding(16, thread="threadIdx.x"):
                        for k_0 in range(8):
                            with T.block("A_local"):
                                v0, v1, v2 = T.axis.remap("SSS", [i_0, i_1, k_0])
                                T.reads(A[v0 * 16 + v1, v2 * 8:v2 * 8 + 8])
                                T.writes(A_local[v0 * 16 + v1, v2 * 8:v2 * 8 + 8])
                                T.block_attr({"auto_copy": 1})
                                for ax0, ax1 in T.grid(1, 8):
                                    A_local[v0 * 16 + v1 + ax0, v2 * 8 + ax1] = A[v0 * 16 + v1 + ax0, v2 * 8 + ax1]
                            for k_1 in range(8):
                                with T.block("C"):
                                    vi = T.axis.spatial(64, i_0 * 16 + i_1)
                                    vj = T.axis.spatial(64, j_0 * 16 + j_1)
                                    vk = T.axis.reduce(64, k_0 * 8 + k_1)
                                    T.reads(A_local[vi, vk], B[vk, vj])
                                    T.writes(C[vi, vj])
                                    with T.init():
                                        C[vi, vj] = T.float32(0.0)
                                    C[vi, vj] = C[vi, vj] + A_local[vi, vk] * B[vk, vj]
