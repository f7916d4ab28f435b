# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((14,), "float32"), C: T.Buffer((14,), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((2, 2, 4))
        for axis0, axis1, axis2 in T.grid(2, 2, 4):
            with T.block("B"):
                v_axis0, v_axis1, v_axis2 = T.axis.remap("SSS", [axis0, axis1, axis2])
                T.reads(A[v_axis0 * 8 + v_axis1 * 4 + v_axis2])
                T.writes(B[v_axis0, v_axis1, v_axis2])
                B[v_axis0, v_axis1, v_axis2] = T.if_then_else(v_axis0 == 1 and 6 <= v_axis1 * 4 + v_axis2, T.float32(0.0), A[v_axis0 * 8 + v_axis1 * 4 + v_axis2] * T.float32(2.0))
        for i in range(14):
            with T.block("C"):
                vi = T.axis.spatial(14, i)
                T.reads(B[vi // 8, vi % 8 // 4, vi % 4])
                T.writes(C[vi])
                C[vi] = B[vi // 8, vi % 8 // 4, vi % 4] + T.float32(1.0)
