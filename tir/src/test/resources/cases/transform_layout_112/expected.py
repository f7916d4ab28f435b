# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((14, 30), "float32"), C: T.Buffer((14, 30), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((53, 8))
        for axis0, axis1 in T.grid(53, 8):
            with T.block("B"):
                v_axis0, v_axis1 = T.axis.remap("SS", [axis0, axis1])
                T.reads(A[(v_axis0 * 8 + v_axis1) // 30, (v_axis0 * 8 + v_axis1) % 30])
                T.writes(B[v_axis0, v_axis1])
                B[v_axis0, v_axis1] = T.if_then_else(420 <= v_axis0 * 8 + v_axis1, T.float32(0.0), A[(v_axis0 * 8 + v_axis1) // 30, (v_axis0 * 8 + v_axis1) % 30] * T.float32(2.0))
        for i, j in T.grid(14, 30):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[(vi * 30 + vj) // 8, (vi * 6 + vj) % 8])
                T.writes(C[vi, vj])
                C[vi, vj] = B[(vi * 30 + vj) // 8, (vi * 6 + vj) % 8] + T.float32(1.0)
