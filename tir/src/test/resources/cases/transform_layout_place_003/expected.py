# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((14, 30), "float32"), C: T.Buffer((4, 4, 4, 8), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((14, 30))
        for j, i in T.grid(30, 14):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj] * T.float32(2.0)
        for axis0, axis1, axis2, axis3 in T.grid(4, 4, 4, 8):
            with T.block("C"):
                v_axis0, v_axis1, v_axis2, v_axis3 = T.axis.remap("SSSS", [axis0, axis1, axis2, axis3])
                T.reads(B[v_axis0 * 4 + v_axis2, v_axis1 * 8 + v_axis3])
                T.writes(C[v_axis0, v_axis1, v_axis2, v_axis3])
                C[v_axis0, v_axis1, v_axis2, v_axis3] = T.if_then_else(v_axis0 == 3 and 2 <= v_axis2 or v_axis1 == 3 and 6 <= v_axis3, T.float32(0.0), B[v_axis0 * 4 + v_axis2, v_axis1 * 8 + v_axis3] + T.float32(1.0))
