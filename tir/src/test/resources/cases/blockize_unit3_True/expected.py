# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 1, 8), "float32"), B: T.Buffer((16, 1, 8), "float32")):
        # with T.block("root"):
        for i, j in T.grid(16, 1):
            with T.block("b0_o"):
                vi_o, vj_o = T.axis.remap("SS", [i, j])
                vk_o = T.axis.spatial(1, 0)
                T.reads(A[vi_o, vj_o, 0:8])
                T.writes(B[vi_o, vj_o, 0:8])
                for k in range(8):
                    with T.block("b0"):
                        vk_i = T.axis.spatial(8, k)
                        T.reads(A[vi_o, vj_o, vk_i])
                        T.writes(B[vi_o, vj_o, vk_i])
                        B[vi_o, vj_o, vk_i] = A[vi_o, vj_o, vk_i] * T.float32(2.0)
