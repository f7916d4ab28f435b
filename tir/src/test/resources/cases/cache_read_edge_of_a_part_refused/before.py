# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((14,), "int32"), C: T.Buffer((14,), "int32")):
        B = T.alloc_buffer((14,), "int32")
        for io in range(4):
            for ii in range(4):
                with T.block("B"):
                    vi = T.axis.spatial(14, io * 4 + ii)
                    T.where(io * 4 + ii < 14)
                    B[vi] = A[vi] * 2
            for ii in range(4):
                with T.block("C"):
                    vi = T.axis.spatial(14, io * 4 + ii)
                    T.where(io * 4 + ii < 14)
                    C[vi] = B[vi] + 1
