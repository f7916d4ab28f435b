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
                    C = T.match_buffer(Z_wmma_accumulator[vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16], (16, 16), strides=("C_s0", "C_s1"), scope="wmma.accumulator", offset_factor=16)
                    T.tvm_fill_fragment(C.data, 16, 16, 16, C.elem_offset // 256 + C.elem_offset % 256 // 16, T.float32(0.0))
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
                    for ax0_0, ax1_0 in T.grid(2, 2):
                        with T.block("X_shared_wmma.matrix_a_o"):
                            v0_o = T.axis.spatial(64, i_0_0_j_0_0_fused // 8 * 8 + i_0_1_j_0_1_fused // 4 * 2 + ax0_0)
                            v1_o = T.axis.spatial(64, k_0_0 * 4 + k_0_1 * 2 + ax1_0)
                            T.reads(X_shared[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16])
                            T.writes(X_shared_wmma_matrix_a[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16])
                            S = T.match_buffer(X_shared[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16], (16, 16), "float16", strides=("S_s0", "S_s1"), scope="shared", offset_factor=16)
                            F = T.match_buffer(X_shared_wmma_matrix_a[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16], (16, 16), "float16", strides=("F_s0", "F_s1"), scope="wmma.matrix_a", offset_factor=16)
                            T.tvm_load_matrix_sync(F.data, 16, 16, 16, F.elem_offset // 256 + F.elem_offset % 256 // 16, T.tvm_access_ptr(T.type_annotation("float16"), S.data, S.elem_offset, S.strides[0] * 16, 1), S.strides[0], "row_major")
                    for ax0_0, ax1_0 in T.grid(2, 2):
                        with T.block("Y_shared_wmma.matrix_b_o"):
                            v0_o = T.axis.spatial(64, i_0_0_j_0_0_fused % 8 * 8 + i_0_1_j_0_1_fused % 4 * 2 + ax0_0)
                            v1_o = T.axis.spatial(64, k_0_0 * 4 + k_0_1 * 2 + ax1_0)
                            T.reads(Y_shared[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16])
                            T.writes(Y_shared_wmma_matrix_b[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16])
                            S = T.match_buffer(Y_shared[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16], (16, 16), "float16", strides=("S_s0", "S_s1"), scope="shared", offset_factor=16)
                            F = T.match_buffer(Y_shared_wmma_matrix_b[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16], (16, 16), "float16", strides=("F_s0", "F_s1"), scope="wmma.matrix_b", offset_factor=16)
                            T.tvm_load_matrix_sync(F.data, 16, 16, 16, F.elem_offset // 256 + F.elem_offset % 256 // 16, T.tvm_access_ptr(T.type_annotation("float16"), S.data, S.elem_offset, S.strides[0] * 16, 1), S.strides[0], "col_major")
                    for i_0_2, j_0_2, k_0_2 in T.grid(2, 2, 2):
                        with T.block("Z_o_update"):
                            vi_o = T.axis.spatial(64, i_0_0_j_0_0_fused // 8 * 8 + i_0_1_j_0_1_fused // 4 * 2 + i_0_2)
                            vj_o = T.axis.spatial(64, i_0_0_j_0_0_fused % 8 * 8 + i_0_1_j_0_1_fused % 4 * 2 + j_0_2)
                            vk_o = T.axis.reduce(64, k_0_0 * 4 + k_0_1 * 2 + k_0_2)
                            T.reads(Z_wmma_accumulator[vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16], X_shared_wmma_matrix_a[vi_o * 16:vi_o * 16 + 16, vk_o * 16:vk_o * 16 + 16], Y_shared_wmma_matrix_b[vj_o * 16:vj_o * 16 + 16, vk_o * 16:vk_o * 16 + 16])
                            T.writes(Z_wmma_accumulator[vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16])
                            A = T.match_buffer(X_shared_wmma_matrix_a[vi_o * 16:vi_o * 16 + 16, vk_o * 16:vk_o * 16 + 16], (16, 16), "float16", strides=("A_s0", "A_s1"), scope="wmma.matrix_a", offset_factor=16)
                            B = T.match_buffer(Y_shared_wmma_matrix_b[vj_o * 16:vj_o * 16 + 16, vk_o * 16:vk_o * 16 + 16], (16, 16), "float16", strides=("B_s0", "B_s1"), scope="wmma.matrix_b", offset_factor=16)
                            C = T.match_buffer(Z_wmma_accumulator[vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16], (16, 16), strides=("C_s0", "C_s1"), scope="wmma.accumulator", offset_factor=16)
                            T.tvm_mma_sync(C.data, C.elem_offset // 256 + C.elem_offset % 256 // 16, A.data, A.elem_offset // 256 + A.elem_offset % 256 // 16, B.data, B.elem_offset // 256 + B.elem_offset % 256 // 16, C.data, C.elem_offset // 256 + C.elem_offset % 256 // 16)
            for ax0_0, ax1_0 in T.grid(2, 2):
                with T.block("Z_wmma.accumulator_o"):
                    v0_o = T.axis.spatial(64, i_0_0_j_0_0_fused // 8 * 8 + i_0_1_j_0_1_fused // 4 * 2 + ax0_0)
                    v1_o = T.axis.spatial(64, i_0_0_j_0_0_fused % 8 * 8 + i_0_1_j_0_1_fused % 4 * 2 + ax1_0)
                    T.reads(Z_wmma_accumulator[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16])
                    T.writes(Z[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16])
                    C = T.match_buffer(Z_wmma_accumulator[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16], (16, 16), strides=("C_s0", "C_s1"), scope="wmma.accumulator", offset_factor=16)
                    D = T.match_buffer(Z[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16], (16, 16), strides=("D_s0", "D_s1"), offset_factor=16)
                    T.tvm_store_matrix_sync(C.data, 16, 16, 16, C.elem_offset // 256 + C.elem_offset % 256 // 16, T.tvm_access_ptr(T.type_annotation("float32"), D.data, D.elem_offset, D.strides[0] * 16, 2), D.strides[0], "row_major")
