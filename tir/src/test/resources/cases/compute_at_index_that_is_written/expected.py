# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((5,), "int32"), Index: T.Buffer((3,), "int32"), C: T.Buffer((3, 4), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((5,), "int32")
        Where = T.alloc_buffer((3,), "int32")
        for i in range(3):
            for ax0 in range(5):
                with T.block("B"):
                    vi = T.axis.spatial(5, ax0)
                    T.reads(A[vi])
                    T.writes(B[vi])
                    B[vi] = A[vi] + 1
            with T.block("Where"):
                vi = T.axis.spatial(3, i)
                T.reads(Index[vi])
                T.writes(Where[vi])
                Where[vi] = T.min(T.max(Index[vi], 0), 4)
            for j in range(4):
                with T.block("C"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    T.reads(Where[vi], B[Where[vi]])
                    T.writes(C[vi, vj])
                    C[vi, vj] = B[Where[vi]] + vj
