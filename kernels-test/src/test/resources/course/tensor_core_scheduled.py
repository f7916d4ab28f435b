# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((1024, 1024), "float16"), Y: T.Buffer((1024, 1024), "float16"), Z: T.Buffer((1024, 1024), "float32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    X_shared = T.alloc_buffer((1024, 1024), "float16", scope="shared")
    Y_shared = T.alloc_buffer((1024, 1024), "float16", scope="shared")
    X_shared_wmma_matrix_a = T.alloc_buffer((1024, 1024), "float16", scope="wmma.matrix_a")
    Y_shared_wmma_matrix_b = T.alloc_buffer((1024, 1024), "float16", scope="wmma.matrix_b")
    Z_wmma_accumulator = T.alloc_buffer((1024, 1024), scope="wmma.accumulator")
    for i_0_0_j_0_0_fused in T.thread_binding(64, thread="blockIdx.x"):
        for i_0_1_j_0_1_fused in T.thread_binding(16, thread="threadIdx.y"):
            for i_0_2_init, j_0_2_init in T.grid(2, 2):
                with T.block("Z_o_init"):
                    vi_o = T.axis.spatial(64, i_0_0_j_0_0_fused // 8 * 8 + i_0_1_j_0_1_fused // 4 * 2 + i_0_2_init)
                    vj_o = T.axis.spatial(64, i_0_0_j_0_0_fused % 8 * 8 + i_0_1_j_0_1_fused % 4 * 2 + j_0_2_init)
                    T.reads()
                    T.writes(Z_wmma_accumulator[vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16])
                    for i_1, j_1 in T.grid(16, 16):
                        with T.block("Z_init"):
                            vi_i_init, vj_i_init = T.axis.remap("SS", [i_1, j_1])
                            T.reads()
                            T.writes(Z_wmma_accumulator[vi_o * 16 + vi_i_init, vj_o * 16 + vj_i_init])
                            Z_wmma_accumulator[vi_o * 16 + vi_i_init, vj_o * 16 + vj_i_init] = T.float32(0.0)
            for k_0_0 in range(16):
                for ax0_ax1_fused_0 in range(2):
                    for ax0_ax1_fused_1 in T.thread_binding(16, thread="threadIdx.y"):
                        for ax0_ax1_fused_2 in T.thread_binding(32, thread="threadIdx.x"):
                            for ax0_ax1_fused_3 in T.vectorized(8):
                                with T.block("X_shared"):
                                    v0 = T.axis.spatial(1024, i_0_0_j_0_0_fused // 8 * 128 + (ax0_ax1_fused_0 * 4096 + ax0_ax1_fused_1 * 256 + ax0_ax1_fused_2 * 8 + ax0_ax1_fused_3) // 64)
                                    v1 = T.axis.spatial(1024, k_0_0 * 64 + (ax0_ax1_fused_0 * 4096 + ax0_ax1_fused_1 * 256 + ax0_ax1_fused_2 * 8 + ax0_ax1_fused_3) % 64)
                                    T.reads(X[v0, v1])
                                    T.writes(X_shared[v0, v1])
                                    X_shared[v0, v1] = X[v0, v1]
                for ax0_ax1_fused_0 in range(2):
                    for ax0_ax1_fused_1 in T.thread_binding(16, thread="threadIdx.y"):
                        for ax0_ax1_fused_2 in T.thread_binding(32, thread="threadIdx.x"):
                            for ax0_ax1_fused_3 in T.vectorized(8):
                                with T.block("Y_shared"):
                                    v0 = T.axis.spatial(1024, i_0_0_j_0_0_fused % 8 * 128 + (ax0_ax1_fused_0 * 4096 + ax0_ax1_fused_1 * 256 + ax0_ax1_fused_2 * 8 + ax0_ax1_fused_3) // 64)
                                    v1 = T.axis.spatial(1024, k_0_0 * 64 + (ax0_ax1_fused_0 * 4096 + ax0_ax1_fused_1 * 256 + ax0_ax1_fused_2 * 8 + ax0_ax1_fused_3) % 64)
                                    T.reads(Y[v0, v1])
                                    T.writes(Y_shared[v0, v1])
                                    Y_shared[v0, v1] = Y[v0, v1]
                for k_0_1 in range(2):
                    for ax0_0, ax1_0, ax0_1, ax1_1 in T.grid(2, 2, 16, 16):
                        with T.block("X_shared_wmma.matrix_a"):
                            v0 = T.axis.spatial(1024, i_0_0_j_0_0_fused // 8 * 128 + i_0_1_j_0_1_fused // 4 * 32 + ax0_0 * 16 + ax0_1)
                            v1 = T.axis.spatial(1024, k_0_0 * 64 + k_0_1 * 32 + ax1_0 * 16 + ax1_1)
                            T.reads(X_shared[v0, v1])
                            T.writes(X_shared_wmma_matrix_a[v0, v1])
                            X_shared_wmma_matrix_a[v0, v1] = X_shared[v0, v1]
                    for ax0_0, ax1_0, ax0_1, ax1_1 in T.grid(2, 2, 16, 16):
                        with T.block("Y_shared_wmma.matrix_b"):
                            v0 = T.axis.spatial(1024, i_0_0_j_0_0_fused % 8 * 128 + i_0_1_j_0_1_fused % 4 * 32 + ax0_0 * 16 + ax0_1)
                            v1 = T.axis.spatial(1024, k_0_0 * 64 + k_0_1 * 32 + ax1_0 * 16 + ax1_1)
                            T.reads(Y_shared[v0, v1])
                            T.writes(Y_shared_wmma_matrix_b[v0, v1])
                            Y_shared_wmma_matrix_b[v0, v1] = Y_shared[v0, v1]
                    for i_0_2, j_0_2, k_0_2 in T.grid(2, 2, 2):
                        with T.block("Z_o_update"):
                            vi_o = T.axis.spatial(64, i_0_0_j_0_0_fused // 8 * 8 + i_0_1_j_0_1_fused // 4 * 2 + i_0_2)
                            vj_o = T.axis.spatial(64, i_0_0_j_0_0_fused % 8 * 8 + i_0_1_j_0_1_fused % 4 * 2 + j_0_2)
                            vk_o = T.axis.reduce(64, k_0_0 * 4 + k_0_1 * 2 + k_0_2)
                            T.reads(Z_wmma_accumulator[vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16], X_shared_wmma_matrix_a[vi_o * 16:vi_o * 16 + 16, vk_o * 16:vk_o * 16 + 16], Y_shared_wmma_matrix_b[vj_o * 16:vj_o * 16 + 16, vk_o * 16:vk_o * 16 + 16])
                            T.writes(Z_wmma_accumulator[vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16])
                            for i_1, j_1, k_1 in T.grid(16, 16, 16):
                                with T.block("Z"):
                                    vi_i, vj_i, vk_i = T.axis.remap("SSR", [i_1, j_1, k_1])
                                    T.reads(Z_wmma_accumulator[vi_o * 16 + vi_i, vj_o * 16 + vj_i], X_shared_wmma_matrix_a[vi_o * 16 + vi_i, vk_o * 16 + vk_i], Y_shared_wmma_matrix_b[vj_o * 16 + vj_i, vk_o * 16 + vk_i])
                                    T.writes(Z_wmma_accumulator[vi_o * 16 + vi_i, vj_o * 16 + vj_i])
                                    Z_wmma_accumulator[vi_o * 16 + vi_i, vj_o * 16 + vj_i] = Z_wmma_accumulator[vi_o * 16 + vi_i, vj_o * 16 + vj_i] + T.Cast("float32", X_shared_wmma_matrix_a[vi_o * 16 + vi_i, vk_o * 16 + vk_i]) * T.Cast("float32", Y_shared_wmma_matrix_b[vj_o * 16 + vj_i, vk_o * 16 + vk_i])
            for ax0_0, ax1_0, ax0_1, ax1_1 in T.grid(2, 2, 16, 16):
                with T.block("Z_wmma.accumulator"):
                    v0 = T.axis.spatial(1024, i_0_0_j_0_0_fused // 8 * 128 + i_0_1_j_0_1_fused // 4 * 32 + ax0_0 * 16 + ax0_1)
                    v1 = T.axis.spatial(1024, i_0_0_j_0_0_fused % 8 * 128 + i_0_1_j_0_1_fused % 4 * 32 + ax1_0 * 16 + ax1_1)
                    T.reads(Z_wmma_accumulator[v0, v1])
                    T.writes(Z[v0, v1])
                    Z[v0, v1] = Z_wmma_accumulator[v0, v1]
