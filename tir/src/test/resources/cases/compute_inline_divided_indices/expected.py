# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "int32"), C: T.Buffer((16, 16), "int32")):
        # with T.block("root"):
        for i, j in T.grid(16, 16):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi % 4 + vi // 4 * 4, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = A[vi % 4 + vi // 4 * 4, vj] * 2 + 1
