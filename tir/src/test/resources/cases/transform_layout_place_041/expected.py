# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32"), C: T.Buffer((16, 16, 4, 4), "float32")):
        # with T.block("root"):
        for i, j in T.grid(64, 64):
            with T.block("C_o"):
                vi_o, vj_o = T.axis.remap("SS", [i, j])
                vk_o = T.axis.reduce(1, 0)
                T.reads(A[vi_o, 0:64], B[0:64, vj_o])
                T.writes(C[vi_o // 4, vj_o // 4, vi_o % 4, vj_o % 4])
                with T.init():
                    with T.block("C_init"):
                        T.reads()
                        T.writes(C[vi_o // 4, vj_o // 4, vi_o % 4, vj_o % 4])
                        C[vi_o // 4, vj_o // 4, vi_o % 4, vj_o % 4] = T.float32(0.0)
                for k in range(64):
                    with T.block("C"):
                        vk_i = T.axis.reduce(64, k)
                        T.reads(C[vi_o // 4, vj_o // 4, vi_o % 4, vj_o % 4], A[vi_o, vk_i], B[vk_i, vj_o])
                        T.writes(C[vi_o // 4, vj_o // 4, vi_o % 4, vj_o % 4])
                        C[vi_o // 4, vj_o // 4, vi_o % 4, vj_o % 4] = C[vi_o // 4, vj_o // 4, vi_o % 4, vj_o % 4] + A[vi_o, vk_i] * B[vk_i, vj_o]
