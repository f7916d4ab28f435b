# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((22,), "int32"), B: T.Buffer((22,), "int32")):
        C = T.alloc_buffer((22,), "int32")
        for i in range(5):
            with T.block("C"):
                vi = T.axis.spatial(5, i)
                T.reads(A[vi * 4:vi * 4 + 6])
                T.writes(C[vi * 4:vi * 4 + 6])
                for j in range(6):
                    C[vi * 4 + j] = A[vi * 4 + j]
        for i in range(22):
            with T.block("B"):
                vi = T.axis.spatial(22, i)
                B[vi] = C[vi] * 3
