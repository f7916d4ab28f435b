# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8, 16, 32), "float32"), C: T.Buffer((8, 16), "float32")):
        # with T.block("root"):
        for ax0, ax1 in T.grid(128, 32):
            with T.block("C"):
                v0, v1 = T.axis.remap("SR", [ax0, ax1])
                T.reads(A[v0 // 16, v0 % 16, v1])
                T.writes(C[v0 // 16, v0 % 16])
                with T.init():
                    C[v0 // 16, v0 % 16] = T.float32(0.0)
                C[v0 // 16, v0 % 16] = C[v0 // 16, v0 % 16] + A[v0 // 16, v0 % 16, v1]
