# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), C: T.Buffer((16,), "float32"), D: T.Buffer((16,), "float32")):
        for i in range(16):
            with T.block("C"):
                vi = T.axis.spatial(16, i)
                C[vi] = A[vi]
        for o in range(4):
            with T.block("O"):
                vo = T.axis.spatial(4, o)
                T.reads(A[vo * 4:vo * 4 + 4])
                T.writes(D[vo * 4:vo * 4 + 4])
                for i in range(4):
                    with T.block("D"):
                        vi = T.axis.spatial(4, i)
                        D[vo * 4 + vi] = A[vo * 4 + vi]
