# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "float32"), B: T.Buffer((16, 16), "float32"), C: T.Buffer((16, 16), "float32")):
        # with T.block("root"):
        for i in range(16):
            with T.block("C_j_common"):
                T.reads()
                T.writes()
                with T.block("C_j0_partition"):
                    T.reads()
                    T.writes()
                    for j0, k in T.grid(4, 16):
                        with T.block("C_j0"):
                            vi, vj, vk = T.axis.remap("SSR", [i, j0, k])
                            T.reads(A[0:16, 0:16], B[0:4, 0:16])
                            T.writes(C[0:16, 0:4])
                            with T.init():
                                C[vi, vj] = T.float32(0.0)
                            C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vj, vk]
                with T.block("C_j1_partition"):
                    T.reads()
                    T.writes()
                    for j1 in range(4, 12):
                        for k in range(16):
                            with T.block("C_j1"):
                                vi, vj, vk = T.axis.remap("SSR", [i, j1, k])
                                T.reads(A[0:16, 0:16], B[4:12, 0:16])
                                T.writes(C[0:16, 4:12])
                                with T.init():
                                    C[vi, vj] = T.float32(0.0)
                                C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vj, vk]
                with T.block("C_j2_partition"):
                    T.reads()
                    T.writes()
                    for j2 in range(12, 16):
                        for k in range(16):
                            with T.block("C_j2"):
                                vi, vj, vk = T.axis.remap("SSR", [i, j2, k])
                                T.reads(A[0:16, 0:16], B[12:16, 0:16])
                                T.writes(C[0:16, 12:16])
                                with T.init():
                                    C[vi, vj] = T.float32(0.0)
                                C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vj, vk]
