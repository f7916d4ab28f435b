# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        with T.block("b0_o"):
            vi_o = T.axis.spatial(1, 0)
            vj_o = T.axis.spatial(1, 0)
            T.reads(A[0:64, 0:32])
            T.writes(B[0:64, 0:32])
            for i, j in T.grid(64, 64):
                with T.block("b0"):
                    vi_i = T.axis.spatial(64, i)
                    vj_i = T.axis.spatial(32, j // 2)
                    T.reads(A[vi_i, vj_i])
                    T.writes(B[vi_i, vj_i])
                    B[vi_i, vj_i] = A[vi_i, vj_i] + T.float32(1.0)
