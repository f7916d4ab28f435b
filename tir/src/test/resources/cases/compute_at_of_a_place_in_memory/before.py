# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((5,), "int32"), Index: T.Buffer((3,), "int32"), C: T.Buffer((3, 4), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((5,), "int32")
        for i in range(5):
            with T.block("B"):
                vi = T.axis.spatial(5, i)
                T.reads(A[vi])
                T.writes(B[vi])
                B[vi] = A[vi] + 1
        for i, j in T.grid(3, 4):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(Index[vi], B[Index[vi]])
                T.writes(C[vi, vj])
                C[vi, vj] = B[Index[vi]] + vj
