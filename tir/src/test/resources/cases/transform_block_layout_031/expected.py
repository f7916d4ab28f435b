# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "float32"), C: T.Buffer((16, 16), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((16, 16))
        for ax0 in range(16):
            with T.block("B"):
                v0 = T.axis.spatial(16, ax0)
                T.reads(A[v0 // 4 * 4:v0 // 4 * 4 + 4, v0 % 4 * 4:v0 % 4 * 4 + 4])
                T.writes(B[v0 // 4 * 4:v0 // 4 * 4 + 4, v0 % 4 * 4:v0 % 4 * 4 + 4])
                for x, y in T.grid(4, 4):
                    B[v0 // 4 * 4 + x, v0 % 4 * 4 + y] = A[v0 // 4 * 4 + x, v0 % 4 * 4 + y] + T.float32(1.0)
        for i, j in T.grid(16, 16):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj] * T.float32(2.0)
