# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "int8"), B: T.Buffer((64, 64), "int8"), C: T.Buffer((64, 64), "int32")):
        # with T.block("root"):
        for i, j in T.grid(64, 64):
            with T.block("C_init"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads()
                T.writes(C[vi, vj])
                C[vi, vj] = 0
            for k_0 in range(16):
                with T.block("C_update_o"):
                    vi_o, vj_o, vk_o = T.axis.remap("SSR", [i, j, k_0])
                    T.reads(C[vi_o, vj_o], A[vi_o, vk_o * 4:vk_o * 4 + 4], B[vj_o, vk_o * 4:vk_o * 4 + 4])
                    T.writes(C[vi_o, vj_o])
                    A_1 = T.match_buffer(A[vi_o, vk_o * 4:vk_o * 4 + 4], (4,), "int8", offset_factor=1)
                    B_1 = T.match_buffer(B[vj_o, vk_o * 4:vk_o * 4 + 4], (4,), "int8", offset_factor=1)
                    C_1 = T.match_buffer(C[vi_o, vj_o], (1,), "int32", offset_factor=1)
                    C_1[0] = C_1[0] + T.call_extern("int32", "dp4a", T.reinterpret("int32", A_1[0:4]), 3)
