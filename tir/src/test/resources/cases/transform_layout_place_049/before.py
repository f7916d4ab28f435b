# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), C: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((64, 64))
        for i, j in T.grid(4, 4):
            with T.block("outer"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi * 16:vi * 16 + 16, vj * 16:vj * 16 + 16])
                T.writes(B[vi * 16:vi * 16 + 16, vj * 16:vj * 16 + 16])
                for x, y in T.grid(16, 16):
                    with T.block("inner"):
                        vx, vy = T.axis.remap("SS", [x, y])
                        T.reads(A[vi * 16 + vx, vj * 16 + vy])
                        T.writes(B[vi * 16 + vx, vj * 16 + vy])
                        B[vi * 16 + vx, vj * 16 + vy] = A[vi * 16 + vx, vj * 16 + vy] * T.float32(2.0)
        for i, j in T.grid(64, 64):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj] + T.float32(1.0)
