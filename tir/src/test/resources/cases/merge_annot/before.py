# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 24), "float32"), B: T.Buffer((16, 24), "float32"), D: T.Buffer((16, 24), "float32"), E: T.Buffer((4,), "float32")):
        # with T.block("root"):
        for i, j in T.grid(16, 24):
            with T.block("b0"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj] + T.float32(1.0)
        for i, j in T.grid(16, 24):
            with T.block("b1"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(D[vi, vj])
                D[vi, vj] = A[vi, vj] * T.float32(3.0)
        for e in range(4):
            with T.block("e"):
                ve = T.axis.spatial(4, e)
                T.reads(A[ve, ve])
                T.writes(E[ve])
                E[ve] = A[ve, ve]
