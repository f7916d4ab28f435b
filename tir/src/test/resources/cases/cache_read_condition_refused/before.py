# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), C: T.Buffer((16,), "float32")):
        for o in range(4):
            with T.block("O"):
                vo = T.axis.spatial(4, o)
                T.reads(A[vo * 4 - 1:vo * 4 + 3])
                T.writes(C[vo * 4:vo * 4 + 4])
                for i in range(4):
                    with T.block("C"):
                        vi = T.axis.spatial(4, i)
                        T.reads(A[vo * 4 + vi - 1])
                        T.writes(C[vo * 4 + vi])
                        C[vo * 4 + vi] = T.if_then_else(1 <= vo * 4 + vi, A[vo * 4 + vi - 1], T.float32(0))
