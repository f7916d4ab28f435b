# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 17), "float32"), B: T.Buffer((17, 45), "float32"), C: T.Buffer((1, 45), "float32")):
        # with T.block("root"):
        A_pad = T.alloc_buffer((1, 32))
        B_pad = T.alloc_buffer((32, 48))
        C_pad = T.alloc_buffer((1, 48))
        for i0, i1 in T.grid(1, 32):
            with T.block("A_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(A[v0, v1])
                T.writes(A_pad[v0, v1])
                A_pad[v0, v1] = T.if_then_else(v1 < 17, A[v0, v1], T.float32(0.0))
        for i0, i1 in T.grid(32, 48):
            with T.block("B_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(B[v0, v1])
                T.writes(B_pad[v0, v1])
                B_pad[v0, v1] = T.if_then_else(v0 < 17 and v1 < 45, B[v0, v1], T.float32(0.0))
        for j, k in T.grid(48, 32):
            with T.block("C"):
                vj, vk = T.axis.remap("SR", [j, k])
                T.reads(A_pad[0, vk], B_pad[vk, vj])
                T.writes(C_pad[0, vj])
                with T.init():
                    C_pad[0, vj] = T.float32(0.0)
                C_pad[0, vj] = C_pad[0, vj] + A_pad[0, vk] * B_pad[vk, vj]
        for i0, i1 in T.grid(1, 45):
            with T.block("C_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(C_pad[v0, v1])
                T.writes(C[v0, v1])
                C[v0, v1] = C_pad[v0, v1]
