# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 20), "float32"), Y: T.Buffer((18, 22), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((18, 22))
        for i, j in T.grid(18, 22):
            with T.block("P"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi - 1, vj - 1])
                T.writes(B[vi, vj])
                B[vi, vj] = T.if_then_else(1 <= vi and vi < 17 and 1 <= vj and vj < 21, A[vi - 1, vj - 1], T.float32(0.0))
        for i, j in T.grid(18, 22):
            with T.block("Y"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(Y[vi, vj])
                Y[vi, vj] = B[vi, vj] + T.float32(1.0)
