# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32, 32), "float32"), B: T.Buffer((32, 32), "float32"), C: T.Buffer((32, 32), "float32")):
        # with T.block("root"):
        for i_0, j in T.grid(2, 32):
            with T.block("C_o"):
                vi_o, vj_o = T.axis.remap("SS", [i_0, j])
                vk_o = T.axis.reduce(1, 0)
                T.reads(A[vi_o * 16:vi_o * 16 + 16, 0:32], B[vj_o, 0:32])
                T.writes(C[vi_o * 16:vi_o * 16 + 16, vj_o])
                with T.init():
                    for i_1 in range(16):
                        with T.block("C_init"):
                            vi_i_init = T.axis.spatial(16, i_1)
                            T.reads()
                            T.writes(C[vi_o * 16 + vi_i_init, vj_o])
                            C[vi_o * 16 + vi_i_init, vj_o] = T.float32(-340282346638528859811704183484516925440.0)
                for k, i_1 in T.grid(32, 16):
                    with T.block("C"):
                        vi_i, vk_i = T.axis.remap("SR", [i_1, k])
                        T.reads(C[vi_o * 16 + vi_i, vj_o], A[vi_o * 16 + vi_i, vk_i], B[vj_o, vk_i])
                        T.writes(C[vi_o * 16 + vi_i, vj_o])
                        C[vi_o * 16 + vi_i, vj_o] = T.max(C[vi_o * 16 + vi_i, vj_o], A[vi_o * 16 + vi_i, vk_i] * B[vj_o, vk_i])
