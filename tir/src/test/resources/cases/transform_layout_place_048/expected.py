# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32, 32), "float32"), C: T.Buffer((32, 32), "float32")):
        # with T.block("root"):
        for i in range(8):
            with T.block("outer"):
                vo = T.axis.spatial(8, i)
                T.reads(A[vo * 4:vo * 4 + 4, 0:32])
                T.writes(C[0:32, vo * 4:vo * 4 + 4])
                B = T.alloc_buffer((32, 32))
                for x, y in T.grid(4, 32):
                    with T.block("B"):
                        vx, vy = T.axis.remap("SS", [x, y])
                        T.reads(A[vo * 4 + vx, vy])
                        T.writes(B[vo * 4 + vx, vy])
                        B[vo * 4 + vx, vy] = A[vo * 4 + vx, vy] * T.float32(2.0)
                for x, y in T.grid(4, 32):
                    with T.block("C"):
                        vx, vy = T.axis.remap("SS", [x, y])
                        T.reads(B[vo * 4 + vx, vy])
                        T.writes(C[vy, vo * 4 + vx])
                        C[vy, vo * 4 + vx] = B[vo * 4 + vx, vy] + T.float32(1.0)
