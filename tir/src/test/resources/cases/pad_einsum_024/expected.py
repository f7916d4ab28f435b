# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((30, 30), "float32"), C: T.Buffer((30,), "float32")):
        # with T.block("root"):
        A_pad = T.alloc_buffer((32, 32))
        C_pad = T.alloc_buffer((32,))
        for i0, i1 in T.grid(32, 32):
            with T.block("A_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(A[v0, v1])
                T.writes(A_pad[v0, v1])
                A_pad[v0, v1] = T.if_then_else(v0 < 30 and v1 < 30, A[v0, v1], T.float32(0.0))
        for i in range(32):
            with T.block("C"):
                vi = T.axis.spatial(32, i)
                T.reads(A_pad[vi, vi])
                T.writes(C_pad[vi])
                C_pad[vi] = A_pad[vi, vi] * T.float32(2.0)
        for i0 in range(30):
            with T.block("C_pad"):
                v0 = T.axis.spatial(30, i0)
                T.reads(C_pad[v0])
                T.writes(C[v0])
                C[v0] = C_pad[v0]
