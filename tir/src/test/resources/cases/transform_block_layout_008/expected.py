# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8, 16, 32), "float32"), C: T.Buffer((8, 16), "float32")):
        # with T.block("root"):
        for ax0, ax1, ax2, ax3 in T.grid(8, 16, 32, 1):
            with T.block("C"):
                v0, v1, v2, v3 = T.axis.remap("SSRS", [ax0, ax1, ax2, ax3])
                T.reads(A[v0, v1, v2])
                T.writes(C[v0, v1])
                with T.init():
                    C[v0, v1] = T.float32(0.0)
                C[v0, v1] = C[v0, v1] + A[v0, v1, v2]
