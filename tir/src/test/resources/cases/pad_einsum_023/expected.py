# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(a: T.handle, B: T.Buffer((32, 64), "float32"), c: T.handle, n: T.int32):
        A = T.match_buffer(a, (n, 32))
        C = T.match_buffer(c, (n, 64))
        # with T.block("root"):
        A_pad = T.alloc_buffer(((n + 15) // 16 * 16, 48))
        B_pad = T.alloc_buffer((48, 64))
        C_pad = T.alloc_buffer(((n + 15) // 16 * 16, 64))
        for i0, i1 in T.grid((n + 15) // 16 * 16, 48):
            with T.block("A_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(A[v0, v1])
                T.writes(A_pad[v0, v1])
                A_pad[v0, v1] = T.if_then_else(v0 < n and v1 < 32, A[v0, v1], T.float32(0.0))
        for i0, i1 in T.grid(48, 64):
            with T.block("B_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(B[v0, v1])
                T.writes(B_pad[v0, v1])
                B_pad[v0, v1] = T.if_then_else(v0 < 32, B[v0, v1], T.float32(0.0))
        for i, j, k in T.grid((n + 15) // 16 * 16, 64, 48):
            with T.block("C"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                T.reads(A_pad[vi, vk], B_pad[vk, vj])
                T.writes(C_pad[vi, vj])
                with T.init():
                    C_pad[vi, vj] = T.float32(0.0)
                C_pad[vi, vj] = C_pad[vi, vj] + A_pad[vi, vk] * B_pad[vk, vj]
        for i0, i1 in T.grid(n, 64):
            with T.block("C_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(C_pad[v0, v1])
                T.writes(C[v0, v1])
                C[v0, v1] = C_pad[v0, v1]
