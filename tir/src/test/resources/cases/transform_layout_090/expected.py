# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((14,), "float32"), C: T.Buffer((2, 8), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((14,))
        for i in range(14):
            with T.block("B"):
                vi = T.axis.spatial(14, i)
                T.reads(A[vi])
                T.writes(B[vi])
                B[vi] = A[vi] * T.float32(2.0)
        for axis0, axis1 in T.grid(2, 8):
            with T.block("C"):
                v_axis0, v_axis1 = T.axis.remap("SS", [axis0, axis1])
                T.reads(B[v_axis0 * 8 + v_axis1 - 1])
                T.writes(C[v_axis0, v_axis1])
                C[v_axis0, v_axis1] = T.if_then_else(v_axis0 == 0 and v_axis1 < 1 or v_axis0 == 1 and v_axis1 == 7, T.float32(1.0), B[v_axis0 * 8 + v_axis1 - 1] + T.float32(1.0))
