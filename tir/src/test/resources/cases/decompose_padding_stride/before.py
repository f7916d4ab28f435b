# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), B: T.Buffer((18,), "float32")):
        # with T.block("root"):
        for i in range(18):
            with T.block("P"):
                vi = T.axis.spatial(18, i)
                T.reads(A[vi - 1])
                T.writes(B[vi])
                B[vi] = T.if_then_else(2 <= vi * 2 and vi * 2 < 34, A[vi - 1], T.float32(0.0))
