# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32, 40), "float32"), B: T.Buffer((40, 24), "float32"), C: T.Buffer((32, 24), "float32")):
        # with T.block("root"):
        B_shared = T.alloc_buffer((40, 24), scope="shared")
        for i in T.thread_binding(32, thread="blockIdx.x"):
            for j_0 in range(6):
                for j_1 in T.thread_binding(4, thread="threadIdx.x"):
                    for k_0 in range(10):
                        for ax0, ax1 in T.grid(4, 4):
                            with T.block("B_shared"):
                                v0 = T.axis.spatial(40, k_0 * 4 + ax0)
                                v1 = T.axis.spatial(24, j_0 * 4 + ax1)
                                T.reads(B[v0, v1])
                                T.writes(B_shared[v0, v1])
                                B_shared[v0, v1] = B[v0, v1]
                        for k_1 in range(4):
                            with T.block("C"):
                                vi = T.axis.spatial(32, i)
                                vj = T.axis.spatial(24, j_0 * 4 + j_1)
                                vk = T.axis.reduce(40, k_0 * 4 + k_1)
                                T.reads(A[vi, vk], B_shared[vk, vj])
                                T.writes(C[vi, vj])
                                with T.init():
                                    C[vi, vj] = T.float32(0.0)
                                C[vi, vj] = C[vi, vj] + A[vi, vk] * B_shared[vk, vj]
