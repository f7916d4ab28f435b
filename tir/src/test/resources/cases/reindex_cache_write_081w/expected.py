# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32"), C: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        C_shared = T.alloc_buffer((4, 4, 16, 16), scope="shared")
        for i, j, k in T.grid(64, 64, 64):
            with T.block("C"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                T.reads(A[vi, vk], B[vk, vj])
                T.writes(C_shared[vi // 16, vj // 16, vi % 16, vj % 16])
                with T.init():
                    C_shared[vi // 16, vj // 16, vi % 16, vj % 16] = T.float32(0.0)
                C_shared[vi // 16, vj // 16, vi % 16, vj % 16] = C_shared[vi // 16, vj // 16, vi % 16, vj % 16] + A[vi, vk] * B[vk, vj]
        for i, j in T.grid(64, 64):
            with T.block("C_shared"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(C_shared[vi // 16, vj // 16, vi % 16, vj % 16])
                T.writes(C[vi, vj])
                C[vi, vj] = C_shared[vi // 16, vj // 16, vi % 16, vj % 16]
