# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), B: T.Buffer((16,), "float32")):
        for o in range(4):
            with T.block("O"):
                vo = T.axis.spatial(4, o)
                T.reads(A[vo * 4:vo * 4 + 4])
                T.writes(B[vo * 4:vo * 4 + 4])
                V = T.match_buffer(A[vo * 4:vo * 4 + 4], (4,), "float32", strides=("s",), offset_factor=1)
                for i in range(4):
                    with T.block("B"):
                        vi = T.axis.spatial(4, i)
                        B[vo * 4 + vi] = V[vi]
