# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((128, 16), "float32"), B: T.Buffer((128, 16), "float32")):
        with T.block("root"):
            T.reads()
            T.writes()
            with T.block("b0_i_common"):
                T.reads()
                T.writes()
                with T.block("b0_i0_partition"):
                    T.reads()
                    T.writes()
                    with T.block("b0_i0_i0_common"):
                        T.reads()
                        T.writes()
                        with T.block("b0_i0_i00_partition"):
                            T.reads()
                            T.writes()
                            for i00, j in T.grid(16, 16):
                                with T.block("b0_i0_i00"):
                                    vi, vj = T.axis.remap("SS", [i00, j])
                                    T.reads(A[0:16, 0:16])
                                    T.writes(B[0:16, 0:16])
                                    B[vi, vj] = A[vi, vj] * T.float32(2.0)
                        with T.block("b0_i0_i01_partition"):
                            T.reads()
                            T.writes()
                            for i01 in range(16, 64):
                                for j in range(16):
                                    with T.block("b0_i0_i01"):
                                        vi, vj = T.axis.remap("SS", [i01, j])
                                        T.reads(A[16:64, 0:16])
                                        T.writes(B[16:64, 0:16])
                                        B[vi, vj] = A[vi, vj] * T.float32(2.0)
                with T.block("b0_i1_partition"):
                    T.reads()
                    T.writes()
                    for i1 in range(64, 128):
                        for j in range(16):
                            with T.block("b0_i1"):
                                vi, vj = T.axis.remap("SS", [i1, j])
                                T.reads(A[64:128, 0:16])
                                T.writes(B[64:128, 0:16])
                                B[vi, vj] = A[vi, vj] * T.float32(2.0)
