# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8, 12, 4, 3), "int32"), B: T.Buffer((8, 12), "int32")):
        # with T.block("root"):
        for i in T.parallel(8):
            for j in T.vectorized(12):
                for k in T.unroll(4):
                    for l in range(3):
                        with T.block("B"):
                            vi, vj, vk, vl = T.axis.remap("SSRR", [i, j, k, l])
                            T.reads(A[vi, vj, vk, vl])
                            T.writes(B[vi, vj])
                            with T.init():
                                B[vi, vj] = 0
                            B[vi, vj] = B[vi, vj] + A[vi, vj, vk, vl]
