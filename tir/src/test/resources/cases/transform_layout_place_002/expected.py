# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 30, 4), "float32"), C: T.Buffer((14, 30), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((14, 30))
        for axis0, axis1, axis2 in T.grid(4, 30, 4):
            with T.block("buffer_A_assumptions"):
                v_axis0, v_axis1, v_axis2 = T.axis.remap("SSS", [axis0, axis1, axis2])
                T.reads(A[v_axis0, v_axis1, v_axis2])
                T.writes()
                T.assume(not (v_axis0 == 3 and 2 <= v_axis2) or A[v_axis0, v_axis1, v_axis2] == T.float32(0.0))
        for j, i in T.grid(30, 14):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi // 4, vj, vi % 4])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi // 4, vj, vi % 4] * T.float32(2.0)
        for i, j in T.grid(14, 30):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj] + T.float32(1.0)
