# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 32), "float32"), C: T.Buffer((1, 32), "float32")):
        # with T.block("root"):
        for ax0, ax1 in T.grid(32, 1):
            with T.block("C"):
                v0, v1 = T.axis.remap("SS", [ax0, ax1])
                T.reads(A[v1, v0])
                T.writes(C[v1, v0])
                C[v1, v0] = A[v1, v0] * T.float32(2.0)
