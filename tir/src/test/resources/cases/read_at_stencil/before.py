# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((66,), "float32"), B: T.Buffer((64,), "float32")):
        # with T.block("root"):
        for i in range(64):
            with T.block("b0"):
                vi = T.axis.spatial(64, i)
                T.reads(A[vi:vi + 3])
                T.writes(B[vi])
                B[vi] = A[vi] + A[vi + 1] + A[vi + 2]
