# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 32), "float32"), C: T.Buffer((16, 32), "float32")):
        # with T.block("root"):
        for ax0, ax1, ax2, ax3 in T.grid(4, 4, 4, 8):
            with T.block("C"):
                v0, v1, v2, v3 = T.axis.remap("SSSS", [ax0, ax1, ax2, ax3])
                T.reads(A[v0 * 4 + v2, v1 * 8 + v3])
                T.writes(C[v0 * 4 + v2, v1 * 8 + v3])
                C[v0 * 4 + v2, v1 * 8 + v3] = A[v0 * 4 + v2, v1 * 8 + v3] * T.float32(2.0)
