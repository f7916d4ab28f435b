# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 32), "float32"), C: T.Buffer((16, 32), "float32")):
        # with T.block("root"):
        for ax0, ax1 in T.grid(8, 64):
            with T.block("C"):
                v0, v1 = T.axis.remap("SS", [ax0, ax1])
                T.reads(A[v0 * 2 + v1 // 32, v1 % 32])
                T.writes(C[v0 * 2 + v1 // 32, v1 % 32])
                C[v0 * 2 + v1 // 32, v1 % 32] = A[v0 * 2 + v1 // 32, v1 % 32] * T.float32(2.0)
