# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 128), "float32"), B: T.Buffer((4, 128), "float32")):
        # with T.block("root"):
        for i in range(4):
            with T.block("b0_j_common"):
                T.reads()
                T.writes()
                with T.block("b0_j0_partition"):
                    T.reads()
                    T.writes()
                    for j0 in range(2):
                        with T.block("b0_j0"):
                            vi, vj = T.axis.remap("SS", [i, j0])
                            T.reads(A[0:4, 0:2])
                            T.writes(B[0:4, 0:2])
                            B[vi, vj] = A[vi, vj] * T.float32(2.0)
                with T.block("b0_j1_partition"):
                    T.reads()
                    T.writes()
                    for j1 in range(2, 124):
                        with T.block("b0_j1"):
                            vi, vj = T.axis.remap("SS", [i, j1])
                            T.reads(A[0:4, 2:124])
                            T.writes(B[0:4, 2:124])
                            B[vi, vj] = A[vi, vj] * T.float32(2.0)
                with T.block("b0_j2_partition"):
                    T.reads()
                    T.writes()
                    for j2 in range(124, 128):
                        with T.block("b0_j2"):
                            vi, vj = T.axis.remap("SS", [i, j2])
                            T.reads(A[0:4, 124:128])
                            T.writes(B[0:4, 124:128])
                            B[vi, vj] = A[vi, vj] * T.float32(2.0)
