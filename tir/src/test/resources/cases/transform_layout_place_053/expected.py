# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), C: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((13, 64, 5))
        for i, j in T.grid(32, 64):
            with T.block("B0"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi // 5, vj, vi % 5])
                B[vi // 5, vj, vi % 5] = A[vi, vj] * T.float32(2.0)
        for i, j in T.grid(32, 64):
            with T.block("B1"):
                vi = T.axis.spatial(64, i + 32)
                vj = T.axis.spatial(64, j)
                T.reads(A[vi, vj])
                T.writes(B[vi // 5, vj, vi % 5])
                B[vi // 5, vj, vi % 5] = A[vi, vj] * T.float32(3.0)
        for axis0, axis1, axis2 in T.grid(13, 64, 5):
            with T.block("buffer_B_padding"):
                v_axis0, v_axis1, v_axis2 = T.axis.remap("SSS", [axis0, axis1, axis2])
                T.where(axis0 == 12 and axis2 == 4)
                T.reads()
                T.writes(B[v_axis0, v_axis1, v_axis2])
                B[v_axis0, v_axis1, v_axis2] = T.float32(1.0)
        for i, j in T.grid(64, 64):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi // 5, vj, vi % 5])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi // 5, vj, vi % 5] + T.float32(1.0)
