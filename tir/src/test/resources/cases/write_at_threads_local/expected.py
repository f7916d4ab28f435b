# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32"), C: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        C_local = T.alloc_buffer((64, 64), scope="local")
        for i_0 in T.thread_binding(4, thread="blockIdx.y"):
            for j_0 in T.thread_binding(4, thread="blockIdx.x"):
                for i_1 in T.thread_binding(16, thread="threadIdx.y"):
                    for j_1 in T.thread_binding(16, thread="threadIdx.x"):
                        for k_0, k_1 in T.grid(8, 8):
                            with T.block("C"):
                                vi = T.axis.spatial(64, i_0 * 16 + i_1)
                                vj = T.axis.spatial(64, j_0 * 16 + j_1)
                                vk = T.axis.reduce(64, k_0 * 8 + k_1)
                                T.reads(A[vi, vk], B[vk, vj])
                                T.writes(C_local[vi, vj])
                                with T.init():
                                    C_local[vi, vj] = T.float32(0.0)
                                C_local[vi, vj] = C_local[vi, vj] + A[vi, vk] * B[vk, vj]
                        with T.block("C_local"):
                            v0, v1, v2, v3 = T.axis.remap("SSSS", [i_0, i_1, j_0, j_1])
                            T.reads(C_local[v0 * 16 + v1, v2 * 16 + v3])
                            T.writes(C[v0 * 16 + v1, v2 * 16 + v3])
                            T.block_attr({"auto_copy": 1})
                            for ax0, ax1 in T.grid(1, 1):
                                C[v0 * 16 + v1 + ax0, v2 * 16 + v3 + ax1] = C_local[v0 * 16 + v1 + ax0, v2 * 16 + v3 + ax1]
