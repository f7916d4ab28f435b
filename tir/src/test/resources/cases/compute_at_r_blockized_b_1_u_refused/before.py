# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32, 32), "int32"), C: T.Buffer((32, 32), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((32, 32), "int32")
        for io, jo in T.grid(4, 2):
            with T.block("B_o"):
                vio, vjo = T.axis.remap("SS", [io, jo])
                T.reads(A[vio * 8:vio * 8 + 8, vjo * 16:vjo * 16 + 16])
                T.writes(B[vio * 8:vio * 8 + 8, vjo * 16:vjo * 16 + 16])
                for i, j in T.grid(8, 16):
                    with T.block("B"):
                        vi, vj = T.axis.remap("SS", [i, j])
                        T.reads(A[vio * 8 + vi, vjo * 16 + vj])
                        T.writes(B[vio * 8 + vi, vjo * 16 + vj])
                        B[vio * 8 + vi, vjo * 16 + vj] = A[vio * 8 + vi, vjo * 16 + vj] + 1
        for io, jo in T.grid(4, 4):
            with T.block("C_o"):
                vio, vjo = T.axis.remap("SS", [io, jo])
                T.reads(B[vio * 8:vio * 8 + 8, vjo * 8:vjo * 8 + 8])
                T.writes(C[vio * 8:vio * 8 + 8, vjo * 8:vjo * 8 + 8])
                for i, j in T.grid(8, 8):
                    with T.block("C"):
                        vi, vj = T.axis.remap("SS", [i, j])
                        T.reads(B[vio * 8 + vi, vjo * 8 + vj])
                        T.writes(C[vio * 8 + vi, vjo * 8 + vj])
                        C[vio * 8 + vi, vjo * 8 + vj] = B[vio * 8 + vi, vjo * 8 + vj] * 2
