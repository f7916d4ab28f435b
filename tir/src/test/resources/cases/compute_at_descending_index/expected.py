# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "int32"), C: T.Buffer((16,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((16,), "int32")
        for i in range(16):
            for ax0 in range(1):
                with T.block("B"):
                    vi = T.axis.spatial(16, i + ax0)
                    T.reads(A[vi])
                    T.writes(B[15 - vi])
                    B[15 - vi] = A[vi] * 2
            with T.block("C"):
                vi = T.axis.spatial(16, i)
                T.reads(B[15 - vi])
                T.writes(C[vi])
                C[vi] = B[15 - vi] + 1
