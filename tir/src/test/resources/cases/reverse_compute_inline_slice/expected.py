# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "int32"), C: T.Buffer((16, 16), "int32")):
        # with T.block("root"):
        for i, j in T.grid(16, 16):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.where(8 <= i)
                T.reads(A[vi, vj])
                T.writes(C[vi - 8, vj])
                C[vi - 8, vj] = A[vi, vj] * 2 + 1
