# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), B: T.Buffer((16,), "float32"), D: T.Buffer((16,), "float32")):
        for i in range(16):
            with T.block("B"):
                vi = T.axis.spatial(16, i)
                B[vi] = A[vi] * T.float32(2)
        for o in range(4):
            with T.block("O"):
                vo = T.axis.spatial(4, o)
                T.reads(B[vo * 4:vo * 4 + 4])
                T.writes(D[vo * 4:vo * 4 + 4])
                for i in range(4):
                    with T.block("D"):
                        vi = T.axis.spatial(4, i)
                        D[vo * 4 + vi] = B[vo * 4 + vi]
