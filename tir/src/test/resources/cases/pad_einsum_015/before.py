# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 31, 17), "float16"), B: T.Buffer((4, 17, 45), "float16"), C: T.Buffer((4, 31, 45), "float32")):
        # with T.block("root"):
        A1 = T.alloc_buffer((4, 31, 17), "float16")
        C1 = T.alloc_buffer((4, 31, 45))
        for b, i, k in T.grid(4, 31, 17):
            with T.block("A1"):
                vb, vi, vk = T.axis.remap("SSS", [b, i, k])
                T.reads(A[vb, vi, vk])
                T.writes(A1[vb, vi, vk])
                A1[vb, vi, vk] = A[vb, vi, vk] + T.float16(1.0)
        for b, i, j, k in T.grid(4, 31, 45, 17):
            with T.block("C1"):
                vb, vi, vj, vk = T.axis.remap("SSSR", [b, i, j, k])
                T.reads(A1[vb, vi, vk], B[vb, vk, vj])
                T.writes(C1[vb, vi, vj])
                with T.init():
                    C1[vb, vi, vj] = T.float32(0.0)
                C1[vb, vi, vj] = C1[vb, vi, vj] + T.Cast("float32", A1[vb, vi, vk]) * T.Cast("float32", B[vb, vk, vj])
        for b, i, j in T.grid(4, 31, 45):
            with T.block("C"):
                vb, vi, vj = T.axis.remap("SSS", [b, i, j])
                T.reads(C1[vb, vi, vj])
                T.writes(C[vb, vi, vj])
                C[vb, vi, vj] = C1[vb, vi, vj] * T.float32(2.0)
