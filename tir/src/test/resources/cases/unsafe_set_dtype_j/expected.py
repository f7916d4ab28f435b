# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "float32"), C: T.Buffer((16, 16), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((16, 16), "float16")
        for i, j in T.grid(4, 4):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi * 4:vi * 4 + 4, vj * 4:vj * 4 + 4])
                T.writes(B[vi * 4:vi * 4 + 4, vj * 4:vj * 4 + 4])
                A0 = T.match_buffer(A[vi * 4:vi * 4 + 4, vj * 4:vj * 4 + 4], (4, 4), strides=("A0_s0", "A0_s1"), offset_factor=1)
                B0 = T.match_buffer(B[vi * 4:vi * 4 + 4, vj * 4:vj * 4 + 4], (4, 4), "float16", strides=("B0_s0", "B0_s1"), offset_factor=1)
                for x, y in T.grid(4, 4):
                    with T.block("inner"):
                        vx, vy = T.axis.remap("SS", [x, y])
                        T.reads(A0[vx, vy])
                        T.writes(B0[vx, vy])
                        B0[vx, vy] = T.Cast("float16", A0[vx, vy] + T.float32(1.0))
        for i, j in T.grid(16, 16):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = T.Cast("float32", B[vi, vj]) * T.float32(2.0)
