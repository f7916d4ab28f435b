# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((128, 128), "float32"), B: T.Buffer((128, 128), "float32"), C: T.Buffer((128, 128), "float32")):
        # with T.block("root"):
        A_shared = T.alloc_buffer((128, 128), scope="shared")
        for i_0, j_0 in T.grid(8, 8):
            for ax1_0 in range(8):
                with T.block("A_shared_o"):
                    v0_o, v1_o = T.axis.remap("SS", [i_0, ax1_0])
                    T.reads(A[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16])
                    T.writes(A_shared[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16])
                    A_1 = T.match_buffer(A[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16], (16, 16), strides=("A_s0", "A_s1"), offset_factor=16)
                    B_1 = T.match_buffer(A_shared[v0_o * 16:v0_o * 16 + 16, v1_o * 16:v1_o * 16 + 16], (16, 16), scope="shared", offset_factor=16)
                    for tx in T.thread_binding(32, thread="threadIdx.x"):
                        T.call_extern("handle", "copy", T.tvm_access_ptr(T.type_annotation("float32"), B_1.data, B_1.elem_offset, 256, 2), A_1.data, A_1.elem_offset, A_1.strides[0], A_1.strides[1], tx)
            for k_0, i_1, j_1, k_1 in T.grid(8, 16, 16, 16):
                with T.block("C"):
                    vi = T.axis.spatial(128, i_0 * 16 + i_1)
                    vj = T.axis.spatial(128, j_0 * 16 + j_1)
                    vk = T.axis.reduce(128, k_0 * 16 + k_1)
                    T.reads(A_shared[vi, vk], B[vj, vk])
                    T.writes(C[vi, vj])
                    with T.init():
                        C[vi, vj] = T.float32(0.0)
                    C[vi, vj] = C[vi, vj] + A_shared[vi, vk] * B[vj, vk]
