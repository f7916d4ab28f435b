# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 4), "float32"), C: T.Buffer((14,), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((14,))
        for axis0, axis1 in T.grid(4, 4):
            with T.block("buffer_A_assumptions"):
                v_axis0, v_axis1 = T.axis.remap("SS", [axis0, axis1])
                T.reads(A[v_axis0, v_axis1])
                T.writes()
                T.assume(not (v_axis0 == 0 and v_axis1 < 2) or A[v_axis0, v_axis1] == T.float32(0.0))
        for i in range(14):
            with T.block("B"):
                vi = T.axis.spatial(14, i)
                T.reads(A[(vi + 2) // 4, (vi + 2) % 4])
                T.writes(B[vi])
                B[vi] = A[(vi + 2) // 4, (vi + 2) % 4] * T.float32(2.0)
        for i in range(14):
            with T.block("C"):
                vi = T.axis.spatial(14, i)
                T.reads(B[vi])
                T.writes(C[vi])
                C[vi] = B[vi] + T.float32(1.0)
