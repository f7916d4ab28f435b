# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32, 40), "float32"), B: T.Buffer((40, 24), "float32"), C: T.Buffer((32, 24), "float32")):
        # with T.block("root"):
        A_shared = T.alloc_buffer((32, 40), scope="shared")
        C_local = T.alloc_buffer((32, 24), scope="local")
        for i_0, j_0 in T.grid(7, 5):
            for i_1_init, j_1_init in T.grid(5, 5):
                with T.block("C_init"):
                    vi = T.axis.spatial(32, i_0 * 5 + i_1_init)
                    vj = T.axis.spatial(24, j_0 * 5 + j_1_init)
                    T.where(j_0 * 5 + j_1_init < 24 and i_0 * 5 + i_1_init < 32)
                    T.reads()
                    T.writes(C_local[vi, vj])
                    C_local[vi, vj] = T.float32(0.0)
            for k in range(40):
                for ax0 in range(5):
                    with T.block("A_shared"):
                        v0 = T.axis.spatial(32, i_0 * 5 + ax0)
                        v1 = T.axis.spatial(40, k)
                        T.where(i_0 * 5 + ax0 < 32)
                        T.reads(A[v0, v1])
                        T.writes(A_shared[v0, v1])
                        A_shared[v0, v1] = A[v0, v1]
                for i_1, j_1 in T.grid(5, 5):
                    with T.block("C_update"):
                        vi = T.axis.spatial(32, i_0 * 5 + i_1)
                        vj = T.axis.spatial(24, j_0 * 5 + j_1)
                        vk = T.axis.reduce(40, k)
                        T.where(i_0 * 5 + i_1 < 32 and j_0 * 5 + j_1 < 24)
                        T.reads(C_local[vi, vj], A_shared[vi, vk], B[vk, vj])
                        T.writes(C_local[vi, vj])
                        C_local[vi, vj] = C_local[vi, vj] + A_shared[vi, vk] * B[vk, vj]
            for ax0, ax1 in T.grid(5, 5):
                with T.block("C_local"):
                    v0 = T.axis.spatial(32, i_0 * 5 + ax0)
                    v1 = T.axis.spatial(24, j_0 * 5 + ax1)
                    T.where(i_0 * 5 + ax0 < 32 and j_0 * 5 + ax1 < 24)
                    T.reads(C_local[v0, v1])
                    T.writes(C[v0, v1])
                    C[v0, v1] = C_local[v0, v1]
