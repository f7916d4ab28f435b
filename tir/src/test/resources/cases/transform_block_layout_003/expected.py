# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8, 16, 32), "float32"), C: T.Buffer((8, 16), "float32")):
        # with T.block("root"):
        for ax0, ax1, ax2, ax3 in T.grid(8, 8, 16, 4):
            with T.block("C"):
                v0, v1, v2, v3 = T.axis.remap("RSSR", [ax0, ax1, ax2, ax3])
                T.reads(A[v1, v2, v0 * 4 + v3])
                T.writes(C[v1, v2])
                with T.init():
                    C[v1, v2] = T.float32(0.0)
                C[v1, v2] = C[v1, v2] + A[v1, v2, v0 * 4 + v3]
