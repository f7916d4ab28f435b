# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 16), "float32"), B: T.Buffer((64, 16), "float32")):
        # with T.block("root"):
        for i0 in range(4):
            with T.block("o"):
                v = T.axis.spatial(4, i0)
                T.reads(A[v * 16:v * 16 + 16, 0:16])
                T.writes(B[v * 16:v * 16 + 16, 0:16])
                for i, j in T.grid(16, 16):
                    with T.block("i"):
                        vi, vj = T.axis.remap("SS", [i, j])
                        T.reads(A[v * 16 + 15 - vi, vj])
                        T.writes(B[v * 16 + vi, vj])
                        B[v * 16 + vi, vj] = A[v * 16 + 15 - vi, vj]
