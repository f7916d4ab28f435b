# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 24), "float32"), B: T.Buffer((16, 24), "float32")):
        # with T.block("root"):
        M0 = T.alloc_buffer((16, 24))
        M1 = T.alloc_buffer((16, 24))
        for i_m, j_m_0, j_m_1 in T.grid(16, 6, 4):
            with T.block("b0"):
                vi = T.axis.spatial(16, i_m)
                vj = T.axis.spatial(24, j_m_0 * 4 + j_m_1)
                T.reads(A[vi, vj])
                T.writes(M0[vi, vj])
                M0[vi, vj] = A[vi, vj] * T.float32(2.0)
            with T.block("b1"):
                vi = T.axis.spatial(16, i_m)
                vj = T.axis.spatial(24, j_m_0 * 4 + j_m_1)
                T.reads(M0[vi, vj])
                T.writes(M1[vi, vj])
                M1[vi, vj] = M0[vi, vj] * T.float32(3.0)
        for i, j in T.grid(16, 24):
            with T.block("b2"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(M1[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = M1[vi, vj] * T.float32(4.0)
