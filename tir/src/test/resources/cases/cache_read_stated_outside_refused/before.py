# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "float32"), C: T.Buffer((16,), "float32")):
        for o in range(1):
            with T.block("O"):
                vo = T.axis.spatial(1, o)
                T.reads(A[0:17])
                T.writes(C[0:16])
                for i in range(16):
                    with T.block("C"):
                        vi = T.axis.spatial(16, i)
                        C[vi] = A[vi]
