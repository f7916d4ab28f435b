# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8, 16), "int32"), C: T.Buffer((8, 16), "int32")):
        # with T.block("root"):
        for i in range(8):
            with T.block("row"):
                vi = T.axis.spatial(8, i)
                T.reads(A[vi, 0:16])
                T.writes(C[vi, 0:16])
                T.block_attr({"k0": 0})
                B = T.alloc_buffer((16,), "int32")
                for j in range(16):
                    with T.block("B"):
                        vj = T.axis.spatial(16, j)
                        T.reads(A[vi, vj])
                        T.writes(B[vj])
                        B[vj] = A[vi, vj] * 2
                for j in range(16):
                    with T.block("C"):
                        vj = T.axis.spatial(16, j)
                        T.reads(B[vj])
                        T.writes(C[vi, vj])
                        T.block_attr({"k1": 1})
                        C[vi, vj] = B[vj] + 1
