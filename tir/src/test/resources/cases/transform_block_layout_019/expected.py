# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 32), "float32"), C: T.Buffer((1, 32), "float32")):
        # with T.block("root"):
        for ax0, ax1 in T.grid(8, 4):
            with T.block("C"):
                v0, v1 = T.axis.remap("SS", [ax0, ax1])
                T.reads(A[0, v0 * 4 + v1])
                T.writes(C[0, v0 * 4 + v1])
                C[0, v0 * 4 + v1] = A[0, v0 * 4 + v1] * T.float32(2.0)
