# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((127, 128), "float32"), B: T.Buffer((127, 128), "float32")):
        # with T.block("root"):
        with T.block("b0_o"):
            vi_o = T.axis.spatial(1, 0)
            vj_o = T.axis.spatial(1, 0)
            T.reads(A[0:127, 0:128])
            T.writes(B[0:127, 0:128])
            for i_0, i_1, j in T.grid(8, 16, 128):
                with T.block("b0"):
                    vi_i = T.axis.spatial(127, i_0 * 16 + i_1)
                    vj_i = T.axis.spatial(128, j)
                    T.where(i_0 * 16 + i_1 < 127)
                    T.reads(A[vi_i, vj_i])
                    T.writes(B[vi_i, vj_i])
                    B[vi_i, vj_i] = A[vi_i, vj_i] * T.float32(2.0)
