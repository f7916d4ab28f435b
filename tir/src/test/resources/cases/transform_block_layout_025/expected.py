# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 32), "float32"), C: T.Buffer((16, 32), "float32")):
        # with T.block("root"):
        for ax0 in range(512):
            with T.block("C"):
                v0 = T.axis.spatial(512, ax0)
                T.reads(A[v0 // 32, v0 % 32])
                T.writes(C[v0 // 32, v0 % 32])
                C[v0 // 32, v0 % 32] = A[v0 // 32, v0 % 32] * T.float32(2.0)
