# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "float32"), B: T.Buffer((16, 16), "float32")):
        # with T.block("root"):
        M0 = T.alloc_buffer((16, 16))
        for i, j in T.grid(16, 16):
            with T.block("b0"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(M0[vi, vj])
                M0[vi, vj] = A[vi, vj] * T.float32(2.0)
        for i, j in T.grid(16, 16):
            with T.block("b1"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(M0[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = M0[vi, vj] * T.float32(3.0)
