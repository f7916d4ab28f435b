# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((14,), "int32"), C: T.Buffer((14,), "int32")):
        # with T.block("root"):
        for i in range(14):
            with T.block("C"):
                vi = T.axis.spatial(14, i)
                T.reads(A[vi])
                T.writes(C[vi])
                C[vi] = A[vi] + 1
