# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 32), "float32"), C: T.Buffer((1, 32), "float32")):
        # with T.block("root"):
        for ax0 in range(32):
            with T.block("C"):
                v0 = T.axis.spatial(32, ax0)
                T.reads(A[0, v0])
                T.writes(C[0, v0])
                C[0, v0] = A[0, v0] * T.float32(2.0)
