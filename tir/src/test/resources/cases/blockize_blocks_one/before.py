# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        M = T.alloc_buffer((64, 64))
        for i in range(64):
            for j in range(64):
                with T.block("b0"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    T.reads(A[vi, vj])
                    T.writes(M[vi, vj])
                    M[vi, vj] = A[vi, vj] + T.float32(1.0)
            for j in range(64):
                with T.block("b1"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    T.reads(M[vi, vj])
                    T.writes(B[vi, vj])
                    B[vi, vj] = M[vi, vj] * T.float32(3.0)
