# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((127, 33), "float32"), B: T.Buffer((33, 65), "float32"), C: T.Buffer((127, 65), "float32")):
        # with T.block("root"):
        A_pad = T.alloc_buffer((128, 48))
        B_pad = T.alloc_buffer((48, 80))
        C_pad = T.alloc_buffer((128, 80))
        for i0, i1 in T.grid(128, 48):
            with T.block("A_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(A[v0, v1])
                T.writes(A_pad[v0, v1])
                A_pad[v0, v1] = T.if_then_else(v0 < 127 and v1 < 33, A[v0, v1], T.float32(0.0))
        for i0, i1 in T.grid(48, 80):
            with T.block("B_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(B[v0, v1])
                T.writes(B_pad[v0, v1])
                B_pad[v0, v1] = T.if_then_else(v0 < 33 and v1 < 65, B[v0, v1], T.float32(0.0))
        for i, j, k in T.grid(128, 80, 48):
            with T.block("C"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                T.reads(A_pad[vi, vk], B_pad[vk, vj])
                T.writes(C_pad[vi, vj])
                T.block_attr({"x": 1})
                with T.init():
                    C_pad[vi, vj] = T.float32(0.0)
                C_pad[vi, vj] = C_pad[vi, vj] + A_pad[vi, vk] * B_pad[vk, vj]
        for i0, i1 in T.grid(127, 65):
            with T.block("C_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(C_pad[v0, v1])
                T.writes(C[v0, v1])
                C[v0, v1] = C_pad[v0, v1]
