# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((14,), "float32"), C: T.Buffer((14,), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((1, 16))
        for axis0, axis1 in T.grid(1, 16):
            with T.block("B"):
                v_axis0, v_axis1 = T.axis.remap("SS", [axis0, axis1])
                T.reads(A[v_axis0 * 16 + v_axis1])
                T.writes(B[v_axis0, v_axis1])
                B[v_axis0, v_axis1] = T.if_then_else(14 <= v_axis1, T.float32(0.0), A[v_axis0 * 16 + v_axis1] * T.float32(2.0))
        for i in range(14):
            with T.block("C"):
                vi = T.axis.spatial(14, i)
                T.reads(B[vi // 16, vi % 16])
                T.writes(C[vi])
                C[vi] = B[vi // 16, vi % 16] + T.float32(1.0)
