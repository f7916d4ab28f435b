# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 20), "float32"), B: T.Buffer((18, 22), "float32")):
        # with T.block("root"):
        for j in range(22):
            for i in range(18):
                with T.block("P_pad_const"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    T.reads()
                    T.writes(B[vi, vj])
                    B[vi, vj] = T.float32(0.0)
            for i in range(16):
                with T.block("P"):
                    vi = T.axis.spatial(16, i)
                    vj = T.axis.spatial(20, j - 1)
                    T.where(1 <= j and j < 21)
                    T.reads(A[vi, vj])
                    T.writes(B[vi + 1, vj + 1])
                    B[vi + 1, vj + 1] = A[vi, vj]
