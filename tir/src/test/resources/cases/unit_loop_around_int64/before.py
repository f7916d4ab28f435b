# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((T.int64(16), T.int64(12)), "int32"), C: T.Buffer((T.int64(16), T.int64(4)), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((T.int64(16), T.int64(12)), "int32")
        for i, j in T.grid(T.int64(16), T.int64(12)):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj] * 2
        for i, j, k in T.grid(T.int64(16), T.int64(4), T.int64(3)):
            with T.block("C"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                T.reads(B[vi, vj * T.int64(3) + vk])
                T.writes(C[vi, vj])
                with T.init():
                    C[vi, vj] = 0
                C[vi, vj] = C[vi, vj] + B[vi, vj * T.int64(3) + vk]
