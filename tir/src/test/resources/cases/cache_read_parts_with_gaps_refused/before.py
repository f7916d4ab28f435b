# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((2, 2), "int32"), C: T.Buffer((2, 2), "int32")):
        S = T.alloc_buffer((4,), "int32")
        for i in range(2):
            for j in range(2):
                with T.block("S"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    S[vj * 2 + vi] = A[vi, vj]
            with T.block("C_o"):
                vi = T.axis.spatial(2, i)
                T.reads(S[vi:vi + 3])
                T.writes(C[vi, 0:2])
                for j in range(2):
                    with T.block("C"):
                        vj = T.axis.spatial(2, j)
                        T.reads(S[vj * 2 + vi])
                        T.writes(C[vi, vj])
                        C[vi, vj] = S[vj * 2 + vi]
