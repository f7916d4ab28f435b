# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), C: T.Buffer((64, 64), "float32"), D: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((13, 64, 5))
        for axis0, axis1, axis2 in T.grid(13, 64, 5):
            with T.block("B"):
                v_axis0, v_axis1, v_axis2 = T.axis.remap("SSS", [axis0, axis1, axis2])
                T.reads(A[v_axis0 * 5 + v_axis2, v_axis1])
                T.writes(B[v_axis0, v_axis1, v_axis2])
                B[v_axis0, v_axis1, v_axis2] = T.if_then_else(v_axis0 == 12 and v_axis2 == 4, T.float32(0.0), A[v_axis0 * 5 + v_axis2, v_axis1] * T.float32(2.0))
        for i, j in T.grid(64, 64):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi // 5, vj, vi % 5])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi // 5, vj, vi % 5] + T.float32(1.0)
        for i, j in T.grid(64, 64):
            with T.block("D"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi // 5, vj, vi % 5], A[vi, vj])
                T.writes(D[vi, vj])
                D[vi, vj] = B[vi // 5, vj, vi % 5] - A[vi, vj]
