# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4,), "int32"), C: T.Buffer((4,), "int32")):
        # with T.block("root"):
        for i in range(-1, 3):
            with T.block("C"):
                vi = T.axis.spatial((-1, 3), i)
                T.reads(A[vi + 1])
                T.writes(C[vi + 1])
                C[vi + 1] = A[vi + 1] + 1
