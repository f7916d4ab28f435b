# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((15, 17), "float32"), B: T.Buffer((17, 19), "float32")):
        # with T.block("root"):
        for i, j in T.grid(17, 19):
            with T.block("P"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi - 1, vj - 1])
                T.writes(B[vi, vj])
                B[vi, vj] = T.if_then_else(1 <= vi and vi < 16 and 1 <= vj and vj < 18, A[vi - 1, vj - 1], T.float32(0.0))
