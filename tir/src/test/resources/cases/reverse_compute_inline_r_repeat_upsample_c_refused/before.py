# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "int32"), C: T.Buffer((32,), "int32"), D: T.Buffer((8,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((16,), "int32")
        for i in range(16):
            with T.block("B"):
                vi = T.axis.spatial(16, i)
                T.reads(A[vi])
                T.writes(B[vi])
                B[vi] = A[vi] * 2
        for i in range(32):
            with T.block("C"):
                vi = T.axis.spatial(32, i)
                T.reads(B[vi // 2])
                T.writes(C[vi])
                C[vi] = B[vi // 2] + 1
        for i in range(8):
            with T.block("D"):
                vi = T.axis.spatial(8, i)
                T.reads(B[vi * 2:vi * 2 + 2])
                T.writes(D[vi])
                D[vi] = B[vi * 2] - B[vi * 2 + 1]
