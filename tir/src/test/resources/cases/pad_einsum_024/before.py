# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((30, 30), "float32"), C: T.Buffer((30,), "float32")):
        # with T.block("root"):
        for i in range(30):
            with T.block("C"):
                vi = T.axis.spatial(30, i)
                T.reads(A[vi, vi])
                T.writes(C[vi])
                C[vi] = A[vi, vi] * T.float32(2.0)
