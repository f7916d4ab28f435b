# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 12, 1, 6), "int32"), B: T.Buffer((1, 12), "int32")):
        # with T.block("root"):
        B_rf = T.alloc_buffer((2, 1, 12), "int32")
        for i, j, k, l_0, l_1 in T.grid(1, 12, 1, 2, 5):
            with T.block("B_rf"):
                vl_0, vi, vj, vk, vl_1 = T.axis.remap("SSSRR", [l_0, i, j, k, l_1])
                T.where(l_0 * 5 + l_1 < 6)
                T.reads(A[vi, vj, vk, vl_0 * 5 + vl_1])
                T.writes(B_rf[vl_0, vi, vj])
                with T.init():
                    B_rf[vl_0, vi, vj] = 0
                B_rf[vl_0, vi, vj] = B_rf[vl_0, vi, vj] + A[vi, vj, vk, vl_0 * 5 + vl_1]
        for i, j, l_0 in T.grid(1, 12, 2):
            with T.block("B"):
                vl_0, vi, vj = T.axis.remap("RSS", [l_0, i, j])
                T.reads(B_rf[vl_0, vi, vj])
                T.writes(B[vi, vj])
                with T.init():
                    B[vi, vj] = 0
                B[vi, vj] = B[vi, vj] + B_rf[vl_0, vi, vj]
