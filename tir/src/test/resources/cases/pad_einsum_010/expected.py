# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((30, 45), "float32"), C: T.Buffer((30, 45), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((30, 45))
        A_pad = T.alloc_buffer((32, 48))
        B_pad = T.alloc_buffer((32, 48))
        for i0, i1 in T.grid(32, 48):
            with T.block("A_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(A[v0, v1])
                T.writes(A_pad[v0, v1])
                A_pad[v0, v1] = T.if_then_else(v0 < 30 and v1 < 45, A[v0, v1], T.float32(0.0))
        for i, j in T.grid(32, 48):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A_pad[vi, vj])
                T.writes(B_pad[vi, vj])
                B_pad[vi, vj] = A_pad[vi, vj] * T.float32(2.0)
        for i0, i1 in T.grid(30, 45):
            with T.block("B_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(B_pad[v0, v1])
                T.writes(B[v0, v1])
                B[v0, v1] = B_pad[v0, v1]
        for i, j in T.grid(30, 45):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj] + T.float32(1.0)
