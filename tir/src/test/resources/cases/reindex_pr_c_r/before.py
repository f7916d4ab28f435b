# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((30,), "float32"), C: T.Buffer((30,), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((30,))
        for i0, i1 in T.grid(8, 4):
            with T.block("B"):
                vi = T.axis.spatial(30, i0 * 4 + i1)
                T.where(i0 * 4 + i1 < 30)
                T.reads(A[vi])
                T.writes(B[vi])
                B[vi] = A[vi] * T.float32(2.0)
        for i0, i1 in T.grid(8, 4):
            with T.block("C"):
                vi = T.axis.spatial(30, i0 * 4 + i1)
                T.where(i0 * 4 + i1 < 30)
                T.reads(B[vi])
                T.writes(C[vi])
                C[vi] = B[vi] + T.float32(1.0)
