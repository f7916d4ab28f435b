# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((128, 64), "float32"), B: T.Buffer((128, 64), "float32")):
        with T.block("root"):
            T.reads()
            T.writes()
            with T.block("b0_i_common"):
                T.reads()
                T.writes()
                with T.block("b0_i0_partition"):
                    T.reads()
                    T.writes()
                    for i0, j in T.grid(2, 64):
                        with T.block("b0_i0"):
                            vi, vj = T.axis.remap("SS", [i0, j])
                            T.reads(A[0:2, 0:64])
                            T.writes(B[0:2, 0:64])
                            B[vi, vj] = A[vi, vj] * T.float32(2.0)
                with T.block("b0_i1_partition"):
                    T.reads()
                    T.writes()
                    for i1 in range(2, 6):
                        for j in range(64):
                            with T.block("b0_i1"):
                                vi, vj = T.axis.remap("SS", [i1, j])
                                T.reads(A[2:6, 0:64])
                                T.writes(B[2:6, 0:64])
                                B[vi, vj] = A[vi, vj] * T.float32(2.0)
                with T.block("b0_i2_partition"):
                    T.reads()
                    T.writes()
                    for i2 in range(6, 14):
                        for j in range(64):
                            with T.block("b0_i2"):
                                vi, vj = T.axis.remap("SS", [i2, j])
                                T.reads(A[6:14, 0:64])
                                T.writes(B[6:14, 0:64])
                                B[vi, vj] = A[vi, vj] * T.float32(2.0)
                with T.block("b0_i3_partition"):
                    T.reads()
                    T.writes()
                    for i3 in range(14, 128):
                        for j in range(64):
                            with T.block("b0_i3"):
                                vi, vj = T.axis.remap("SS", [i3, j])
                                T.reads(A[14:128, 0:64])
                                T.writes(B[14:128, 0:64])
                                B[vi, vj] = A[vi, vj] * T.float32(2.0)
