# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32"), C: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        C_shared = T.alloc_buffer((64, 64), scope="shared")
        for i, j in T.grid(64, 64):
            for k in range(64):
                with T.block("C"):
                    vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                    T.reads(A[vi, vk], B[vk, vj])
                    T.writes(C_shared[vi, vj])
                    with T.init():
                        C_shared[vi, vj] = T.float32(0.0)
                    C_shared[vi, vj] = C_shared[vi, vj] + A[vi, vk] * B[vk, vj]
            with T.block("C_shared"):
                v0, v1 = T.axis.remap("SS", [i, j])
                T.reads(C_shared[v0, v1])
                T.writes(C[v0, v1])
                T.block_attr({"auto_copy": 1})
                for ax0, ax1 in T.grid(1, 1):
                    C[v0 + ax0, v1 + ax1] = C_shared[v0 + ax0, v1 + ax1]
