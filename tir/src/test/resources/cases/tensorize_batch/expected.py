# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 64, 64), "float32"), B: T.Buffer((4, 64, 64), "float32"), C: T.Buffer((4, 64, 64), "float32")):
        # with T.block("root"):
        for n, i_0, j_0 in T.grid(4, 4, 4):
            for i_1_init, j_1_init in T.grid(16, 16):
                with T.block("C_init"):
                    vn = T.axis.spatial(4, n)
                    vi = T.axis.spatial(64, i_0 * 16 + i_1_init)
                    vj = T.axis.spatial(64, j_0 * 16 + j_1_init)
                    T.reads()
                    T.writes(C[vn, vi, vj])
                    C[vn, vi, vj] = T.float32(0.0)
            for k_0 in range(4):
                with T.block("C_update_o"):
                    vn_o, vi_o, vj_o, vk_o = T.axis.remap("SSSR", [n, i_0, j_0, k_0])
                    T.reads(C[vn_o, vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16], A[vn_o, vi_o * 16:vi_o * 16 + 16, vk_o * 16:vk_o * 16 + 16], B[vn_o, vj_o * 16:vj_o * 16 + 16, vk_o * 16:vk_o * 16 + 16])
                    T.writes(C[vn_o, vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16])
                    A_1 = T.match_buffer(A[vn_o, vi_o * 16:vi_o * 16 + 16, vk_o * 16:vk_o * 16 + 16], (16, 16), strides=("A_s0", 1), offset_factor=16)
                    B_1 = T.match_buffer(B[vn_o, vj_o * 16:vj_o * 16 + 16, vk_o * 16:vk_o * 16 + 16], (16, 16), strides=("B_s0", 1), offset_factor=16)
                    C_1 = T.match_buffer(C[vn_o, vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16], (16, 16), strides=("C_s0", 1), offset_factor=16)
                    T.call_extern("int32", "tmm16", T.tvm_access_ptr(T.type_annotation("float32"), C_1.data, C_1.elem_offset, C_1.strides[0] * 16, 2), T.tvm_access_ptr(T.type_annotation("float32"), A_1.data, A_1.elem_offset, A_1.strides[0] * 16, 1), T.tvm_access_ptr(T.type_annotation("float32"), B_1.data, B_1.elem_offset, B_1.strides[0] * 16, 1), A_1.strides[0], B_1.strides[0], C_1.strides[0])
