# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 20), "float32"), B: T.Buffer((18, 22), "float32")):
        # with T.block("root"):
        for i, j in T.grid(18, 22):
            with T.block("P"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi - 1, vj - 1])
                T.writes(B[vi, vj])
                B[vi, vj] = T.if_then_else(1 <= vi and vi < 17 and 1 <= vj and vj < 21, A[vi - 1, vj - 1], T.float32(0.0))
