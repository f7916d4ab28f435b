# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64,), "float32"), I: T.Buffer((16,), "int32"), B: T.Buffer((64,), "float32")):
        for i in range(16):
            with T.block("B"):
                vi = T.axis.spatial(64, I[i])
                B[vi] = A[vi // 2 * 2]
