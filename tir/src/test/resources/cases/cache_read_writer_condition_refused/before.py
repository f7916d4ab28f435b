# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), B: T.Buffer((16,), "float32"), C: T.Buffer((16,), "float32")):
        for o in range(4):
            with T.block("O"):
                vo = T.axis.spatial(4, o)
                T.reads(A[vo * 5:vo * 5 + 5])
                T.writes(B[vo * 5:vo * 5 + 5])
                for i in range(5):
                    with T.block("B"):
                        vi = T.axis.spatial(5, i)
                        T.where(vo * 5 + i < 16)
                        B[vo * 5 + vi] = A[vo * 5 + vi]
        for i in range(16):
            with T.block("C"):
                vi = T.axis.spatial(16, i)
                C[vi] = B[vi] + T.float32(1)
