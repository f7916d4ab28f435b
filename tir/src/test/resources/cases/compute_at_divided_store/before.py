# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32,), "int32"), C: T.Buffer((4, 8), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((8, 8), "int32")
        for i in range(32):
            with T.block("B"):
                vi = T.axis.spatial(32, i)
                T.reads(A[vi])
                T.writes(B[vi // 8, vi % 8])
                B[vi // 8, vi % 8] = A[vi] * 2
        for i, j in T.grid(4, 8):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj] + 1
