# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((48, 16), "int32"), B: T.Buffer((44, 16), "int32")):
        # with T.block("root"):
        M = T.alloc_buffer((46, 16), "int32")
        for i, j in T.grid(46, 16):
            with T.block("M"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi:vi + 3, vj])
                T.writes(M[vi, vj])
                M[vi, vj] = A[vi, vj] + A[vi + 2, vj]
        for i, j in T.grid(44, 16):
            with T.block("Y"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(M[vi:vi + 3, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = M[vi, vj] - M[vi + 2, vj]
