# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((14,), "int32"), C: T.Buffer((4, 4), "int32")):
        # with T.block("root"):
        for axis0, axis1 in T.grid(4, 4):
            with T.block("C"):
                v_axis0, v_axis1 = T.axis.remap("SS", [axis0, axis1])
                T.reads(A[v_axis0 * 4 + v_axis1])
                T.writes(C[v_axis0, v_axis1])
                C[v_axis0, v_axis1] = T.if_then_else(v_axis0 == 3 and 2 <= v_axis1, C[(v_axis0 * 4 + v_axis1) % 14 // 4, (v_axis0 * 4 + v_axis1) % 14 % 4], A[v_axis0 * 4 + v_axis1] + 1)
