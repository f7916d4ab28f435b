# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8, 16, 32), "float32"), C: T.Buffer((8, 16), "float32")):
        # with T.block("root"):
        for ax0, ax1, ax2 in T.grid(16, 8, 32):
            with T.block("C"):
                v0, v1, v2 = T.axis.remap("SSR", [ax0, ax1, ax2])
                T.reads(A[v1, v0, v2])
                T.writes(C[v1, v0])
                with T.init():
                    C[v1, v0] = T.float32(0.0)
                C[v1, v0] = C[v1, v0] + A[v1, v0, v2]
