# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32, 32), "float32"), B: T.Buffer((32, 32), "float32"), C: T.Buffer((32, 32), "float32")):
        # with T.block("root"):
        for i_0, j_0, k_0 in T.grid(2, 2, 2):
            with T.block("C_o"):
                vi_o, vj_o, vk_o = T.axis.remap("SSR", [i_0, j_0, k_0])
                T.reads(A[vi_o * 16:vi_o * 16 + 16, vk_o * 16:vk_o * 16 + 16], B[vj_o * 16:vj_o * 16 + 16, vk_o * 16:vk_o * 16 + 16])
                T.writes(C[vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16])
                with T.init():
                    for i_1, j_1 in T.grid(16, 16):
                        with T.block("C_init"):
                            vi_i_init, vj_i_init = T.axis.remap("SS", [i_1, j_1])
                            T.reads()
                            T.writes(C[vi_o * 16 + vi_i_init, vj_o * 16 + vj_i_init])
                            C[vi_o * 16 + vi_i_init, vj_o * 16 + vj_i_init] = T.float32(0.0)
                for i_1 in range(16):
                    with T.block("C_o"):
                        vi_i_o = T.axis.spatial(16, i_1)
                        vj_i_o = T.axis.spatial(1, 0)
                        vk_i_o = T.axis.reduce(1, 0)
                        T.reads(C[vi_o * 16 + vi_i_o, vj_o * 16:vj_o * 16 + 16], A[vi_o * 16 + vi_i_o, vk_o * 16:vk_o * 16 + 16], B[vj_o * 16:vj_o * 16 + 16, vk_o * 16:vk_o * 16 + 16])
                        T.writes(C[vi_o * 16 + vi_i_o, vj_o * 16:vj_o * 16 + 16])
                        for j_1, k_1 in T.grid(16, 16):
                            with T.block("C"):
                                vj_i_i, vk_i_i = T.axis.remap("SR", [j_1, k_1])
                                T.reads(C[vi_o * 16 + vi_i_o, vj_o * 16 + vj_i_i], A[vi_o * 16 + vi_i_o, vk_o * 16 + vk_i_i], B[vj_o * 16 + vj_i_i, vk_o * 16 + vk_i_i])
                                T.writes(C[vi_o * 16 + vi_i_o, vj_o * 16 + vj_i_i])
                                C[vi_o * 16 + vi_i_o, vj_o * 16 + vj_i_i] = C[vi_o * 16 + vi_i_o, vj_o * 16 + vj_i_i] + A[vi_o * 16 + vi_i_o, vk_o * 16 + vk_i_i] * B[vj_o * 16 + vj_i_i, vk_o * 16 + vk_i_i]
