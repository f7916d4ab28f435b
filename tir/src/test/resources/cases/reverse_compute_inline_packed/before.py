# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "int32"), C: T.Buffer((16, 16), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((256,), "int32")
        for i, j in T.grid(16, 16):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi * 16 + vj])
                B[vi * 16 + vj] = A[vi, vj] * 2
        for i in range(256):
            with T.block("C"):
                vi = T.axis.spatial(256, i)
                T.reads(B[vi])
                T.writes(C[vi // 16, vi % 16])
                C[vi // 16, vi % 16] = B[vi] + 1
