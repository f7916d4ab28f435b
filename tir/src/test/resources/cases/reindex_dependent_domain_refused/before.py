# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((7, 7), "int32"), C: T.Buffer((7, 7), "int32")):
        # with T.block("root"):
        for i in range(7):
            for j in range(i + 1):
                with T.block("C"):
                    vi = T.axis.spatial(7, i)
                    vj = T.axis.spatial(i + 1, j)
                    T.reads(A[vi, vj])
                    T.writes(C[vi, vj])
                    C[vi, vj] = A[vi, vj]
