# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((9,), "int32"), C: T.Buffer((5,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((5,), "int32")
        for i in range(5):
            with T.block("B"):
                vi = T.axis.spatial(9, i * 2)
                T.reads(A[vi])
                T.writes(B[vi // 2])
                B[vi // 2] = A[vi]
        for i in range(5):
            with T.block("C"):
                vi = T.axis.spatial(5, i)
                T.reads(B[vi])
                T.writes(C[vi])
                C[vi] = B[vi] + 1
