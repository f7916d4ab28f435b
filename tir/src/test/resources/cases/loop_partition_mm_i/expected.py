# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "float32"), B: T.Buffer((16, 16), "float32"), C: T.Buffer((16, 16), "float32")):
        with T.block("root"):
            T.reads()
            T.writes()
            with T.block("C_i_common"):
                T.reads()
                T.writes()
                with T.block("C_i0_partition"):
                    T.reads()
                    T.writes()
                    for i0, j, k in T.grid(4, 16, 16):
                        with T.block("C_i0"):
                            vi, vj, vk = T.axis.remap("SSR", [i0, j, k])
                            T.reads(A[0:4, 0:16], B[0:16, 0:16])
                            T.writes(C[0:4, 0:16])
                            with T.init():
                                C[vi, vj] = T.float32(0.0)
                            C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vj, vk]
                with T.block("C_i1_partition"):
                    T.reads()
                    T.writes()
                    for i1 in range(4, 16):
                        for j, k in T.grid(16, 16):
                            with T.block("C_i1"):
                                vi, vj, vk = T.axis.remap("SSR", [i1, j, k])
                                T.reads(A[4:16, 0:16], B[0:16, 0:16])
                                T.writes(C[4:16, 0:16])
                                with T.init():
                                    C[vi, vj] = T.float32(0.0)
                                C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vj, vk]
