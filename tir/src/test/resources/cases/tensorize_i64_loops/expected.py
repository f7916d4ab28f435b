# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((T.int64(128), T.int64(128)), "float32"), B: T.Buffer((T.int64(128), T.int64(128)), "float32"), C: T.Buffer((T.int64(128), T.int64(128)), "float32")):
        # with T.block("root"):
        for i_0, j_0 in T.grid(T.int64(8), T.int64(8)):
            for i_1_init, j_1_init in T.grid(T.int64(16), T.int64(16)):
                with T.block("C_init"):
                    vi = T.axis.spatial(T.int64(128), i_0 * T.int64(16) + i_1_init)
                    vj = T.axis.spatial(T.int64(128), j_0 * T.int64(16) + j_1_init)
                    T.reads()
                    T.writes(C[vi, vj])
                    C[vi, vj] = T.float32(0.0)
            for k_0 in range(T.int64(8)):
                with T.block("C_update_o"):
                    vi_o, vj_o, vk_o = T.axis.remap("SSR", [i_0, j_0, k_0])
                    T.reads(C[vi_o * T.int64(16):vi_o * T.int64(16) + T.int64(16), vj_o * T.int64(16):vj_o * T.int64(16) + T.int64(16)], A[vi_o * T.int64(16):vi_o * T.int64(16) + T.int64(16), vk_o * T.int64(16):vk_o * T.int64(16) + T.int64(16)], B[vj_o * T.int64(16):vj_o * T.int64(16) + T.int64(16), vk_o * T.int64(16):vk_o * T.int64(16) + T.int64(16)])
                    T.writes(C[vi_o * T.int64(16):vi_o * T.int64(16) + T.int64(16), vj_o * T.int64(16):vj_o * T.int64(16) + T.int64(16)])
                    A_1 = T.match_buffer(A[vi_o * T.int64(16):vi_o * T.int64(16) + T.int64(16), vk_o * T.int64(16):vk_o * T.int64(16) + T.int64(16)], (T.int64(16), T.int64(16)), offset_factor=16)
                    B_1 = T.match_buffer(B[vj_o * T.int64(16):vj_o * T.int64(16) + T.int64(16), vk_o * T.int64(16):vk_o * T.int64(16) + T.int64(16)], (T.int64(16), T.int64(16)), offset_factor=16)
                    C_1 = T.match_buffer(C[vi_o * T.int64(16):vi_o * T.int64(16) + T.int64(16), vj_o * T.int64(16):vj_o * T.int64(16) + T.int64(16)], (T.int64(16), T.int64(16)), offset_factor=16)
                    for k, j, i in T.grid(T.int64(16), T.int64(16), T.int64(16)):
                        with T.block("r"):
                            vk, vj, vi = T.axis.remap("RSS", [k, j, i])
                            T.reads(C_1[vi, vj], A_1[vi, vk], B_1[vj, vk])
                            T.writes(C_1[vi, vj])
                            C_1[vi, vj] = C_1[vi, vj] + A_1[vi, vk] * B_1[vj, vk]
