# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32")):
        for i in range(4):
            with T.block("U"):
                vi = T.axis.spatial(4, i)
                T.reads(A[vi * 4])
                T.writes(A[vi * 4:vi * 4 + 2])
                A[vi * 4] = A[vi * 4] + T.float32(1)
                A[vi * 4 + 1] = T.float32(0)
