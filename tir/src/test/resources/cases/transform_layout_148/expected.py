# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 30), "float32"), C: T.Buffer((16, 30), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((16, 8, 4), axis_separators=[1, 2])
        for axis0, axis1, axis2 in T.grid(16, 8, 4):
            with T.block("B"):
                v_axis0, v_axis1, v_axis2 = T.axis.remap("SSS", [axis0, axis1, axis2])
                T.reads(A[v_axis0, v_axis1 * 4 + v_axis2])
                T.writes(B[v_axis0, v_axis1, v_axis2])
                B[v_axis0, v_axis1, v_axis2] = T.if_then_else(v_axis1 == 7 and 2 <= v_axis2, T.float32(0.0), A[v_axis0, v_axis1 * 4 + v_axis2] * T.float32(2.0))
        for i, j in T.grid(16, 30):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj // 4, vj % 4])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj // 4, vj % 4] + T.float32(1.0)
