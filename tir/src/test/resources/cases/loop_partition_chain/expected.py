# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "float32"), B: T.Buffer((16, 16), "float32")):
        # with T.block("root"):
        M0 = T.alloc_buffer((16, 16))
        with T.block("b0_i_common"):
            T.reads()
            T.writes()
            with T.block("b0_i0_partition"):
                T.reads()
                T.writes()
                for i0, j in T.grid(4, 16):
                    with T.block("b0_i0"):
                        vi, vj = T.axis.remap("SS", [i0, j])
                        T.reads(A[0:4, 0:16])
                        T.writes(M0[0:4, 0:16])
                        M0[vi, vj] = A[vi, vj] * T.float32(2.0)
            with T.block("b0_i1_partition"):
                T.reads()
                T.writes()
                for i1 in range(4, 16):
                    for j in range(16):
                        with T.block("b0_i1"):
                            vi, vj = T.axis.remap("SS", [i1, j])
                            T.reads(A[4:16, 0:16])
                            T.writes(M0[4:16, 0:16])
                            M0[vi, vj] = A[vi, vj] * T.float32(2.0)
        for i, j in T.grid(16, 16):
            with T.block("b1"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(M0[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = M0[vi, vj] * T.float32(3.0)
