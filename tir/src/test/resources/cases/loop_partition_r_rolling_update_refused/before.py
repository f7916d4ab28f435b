# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "int32"), B: T.Buffer((16,), "int32")):
        # with T.block("root"):
        for i in range(1, 16):
            with T.block("B"):
                vi = T.axis.spatial((1, 16), i)
                T.reads(B[vi - 1], A[vi])
                T.writes(B[vi])
                B[vi] = B[vi - 1] + A[vi]
