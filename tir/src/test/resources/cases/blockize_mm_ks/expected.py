# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32, 32), "float32"), B: T.Buffer((32, 32), "float32"), C: T.Buffer((32, 32), "float32")):
        # with T.block("root"):
        for k_0 in range(4):
            with T.block("C_o"):
                vi_o = T.axis.spatial(1, 0)
                vj_o = T.axis.spatial(1, 0)
                vk_o = T.axis.reduce(4, k_0)
                T.reads(A[0:32, vk_o * 8:vk_o * 8 + 8], B[0:32, vk_o * 8:vk_o * 8 + 8])
                T.writes(C[0:32, 0:32])
                with T.init():
                    for i, j in T.grid(32, 32):
                        with T.block("C_init"):
                            vi_i_init, vj_i_init = T.axis.remap("SS", [i, j])
                            T.reads()
                            T.writes(C[vi_i_init, vj_i_init])
                            C[vi_i_init, vj_i_init] = T.float32(0.0)
                for i, j, k_1 in T.grid(32, 32, 8):
                    with T.block("C"):
                        vi_i, vj_i, vk_i = T.axis.remap("SSR", [i, j, k_1])
                        T.reads(C[vi_i, vj_i], A[vi_i, vk_o * 8 + vk_i], B[vj_i, vk_o * 8 + vk_i])
                        T.writes(C[vi_i, vj_i])
                        C[vi_i, vj_i] = C[vi_i, vj_i] + A[vi_i, vk_o * 8 + vk_i] * B[vj_i, vk_o * 8 + vk_i]
