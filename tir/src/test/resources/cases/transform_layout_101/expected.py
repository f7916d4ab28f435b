# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 4, 4, 8), "float32"), C: T.Buffer((14, 32), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((14, 32))
        for axis0, axis1, axis2, axis3 in T.grid(4, 4, 4, 8):
            with T.block("buffer_A_assumptions"):
                v_axis0, v_axis1, v_axis2, v_axis3 = T.axis.remap("SSSS", [axis0, axis1, axis2, axis3])
                T.reads(A[v_axis0, v_axis1, v_axis2, v_axis3])
                T.writes()
                T.assume(not (v_axis0 == 3 and 2 <= v_axis2) or A[v_axis0, v_axis1, v_axis2, v_axis3] == T.float32(0.0))
        for i, j in T.grid(14, 32):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi // 4, vj // 8, vi % 4, vj % 8])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi // 4, vj // 8, vi % 4, vj % 8] * T.float32(2.0)
        for i, j in T.grid(14, 32):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj] + T.float32(1.0)
