# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((128,), "float32"), B: T.Buffer((130,), "float32")):
        # with T.block("root"):
        for i in range(130):
            with T.block("P_pad_const"):
                vi = T.axis.spatial(130, i)
                T.reads()
                T.writes(B[vi])
                B[vi] = T.float32(0.0)
        for i in range(128):
            with T.block("P"):
                vi = T.axis.spatial(128, i)
                T.reads(A[vi])
                T.writes(B[vi + 1])
                B[vi + 1] = A[vi]
