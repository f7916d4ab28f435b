# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "float32"), B: T.Buffer((16, 16), "float32")):
        # with T.block("root"):
        M0 = T.alloc_buffer((16, 16))
        M1 = T.alloc_buffer((16, 16))
        with T.block("outer_b0_b1_b2_"):
            vi_o = T.axis.spatial(1, 0)
            vj_o = T.axis.spatial(1, 0)
            T.reads(M1[0:16, 0:16], M0[0:16, 0:16], A[0:16, 0:16])
            T.writes(B[0:16, 0:16], M1[0:16, 0:16], M0[0:16, 0:16])
            for i, j in T.grid(16, 16):
                with T.block("b0"):
                    vi_i, vj_i = T.axis.remap("SS", [i, j])
                    T.reads(A[vi_i, vj_i])
                    T.writes(M0[vi_i, vj_i])
                    M0[vi_i, vj_i] = A[vi_i, vj_i] * T.float32(2.0)
            for i, j in T.grid(16, 16):
                with T.block("b1"):
                    vi_i, vj_i = T.axis.remap("SS", [i, j])
                    T.reads(M0[vi_i, vj_i])
                    T.writes(M1[vi_i, vj_i])
                    M1[vi_i, vj_i] = M0[vi_i, vj_i] * T.float32(3.0)
            for i, j in T.grid(16, 16):
                with T.block("b2"):
                    vi_i, vj_i = T.axis.remap("SS", [i, j])
                    T.reads(M1[vi_i, vj_i])
                    T.writes(B[vi_i, vj_i])
                    B[vi_i, vj_i] = M1[vi_i, vj_i] * T.float32(4.0)
