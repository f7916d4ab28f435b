# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 8), "int32"), C: T.Buffer((16, 16), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((16, 16), "int32")
        for i, j in T.grid(16, 16):
            with T.block("B_init"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads()
                T.writes(B[vi, vj])
                B[vi, vj] = 0
        for i, j, k in T.grid(16, 16, 8):
            with T.block("B_update"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                T.reads(B[vi, vj], A[T.min(vi, vj):T.min(vi, vj) + (T.max(vi, vj) + 1 - T.min(vi, vj)), vk])
                T.writes(B[vi, vj])
                B[vi, vj] = B[vi, vj] + A[vi, vk] * A[vj, vk]
        for i, j in T.grid(16, 16):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj] * 2
