# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 4), "float32"), B: T.Buffer((16,), "float32")):
        for i in range(16):
            with T.block("B"):
                vi = T.axis.spatial(16, i)
                T.reads(A[vi, 0:4])
                T.writes(B[vi])
                B[vi] = T.float32(0)
                for k in range(4):
                    B[vi] = A[vi, k]
