# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), P: T.Buffer((16,), "float32")):
        for i in range(8):
            for j in range(9):
                with T.block("P"):
                    vi = T.axis.spatial(16, i + j)
                    P[vi] = T.if_then_else(vi < 3 and 5 <= vi, A[vi], T.float32(0))
