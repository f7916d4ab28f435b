# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "int32"), C: T.Buffer((16,), "int32")):
        D = T.alloc_buffer((16,), "int32")
        for i in range(4):
            with T.block("D"):
                vi = T.axis.spatial(4, i)
                T.reads(A[vi:vi + 13])
                T.writes(D[vi:vi + 13])
                for j in range(4):
                    D[j * 4 + vi] = A[j * 4 + vi]
        for i in range(16):
            with T.block("C"):
                vi = T.axis.spatial(16, i)
                C[vi] = D[vi]
