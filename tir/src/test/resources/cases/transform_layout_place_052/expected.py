# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32, 40), "float32"), C: T.Buffer((32, 38), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((7, 40, 5))
        for i0 in range(8):
            for ax0, ax1 in T.grid(4, 40):
                with T.block("B"):
                    v0 = T.axis.spatial(32, i0 * 4 + ax0)
                    v1 = T.axis.spatial(40, ax1)
                    T.reads(A[v0, v1])
                    T.writes(B[v0 // 5, v1, v0 % 5])
                    B[v0 // 5, v1, v0 % 5] = A[v0, v1] * T.float32(2.0)
            for i1, j in T.grid(4, 38):
                with T.block("C"):
                    vi = T.axis.spatial(32, i0 * 4 + i1)
                    vj = T.axis.spatial(38, j)
                    T.reads(B[vi // 5, vj:vj + 3, vi % 5])
                    T.writes(C[vi, vj])
                    C[vi, vj] = B[vi // 5, vj, vi % 5] + B[vi // 5, vj + 2, vi % 5]
        for axis0, axis1, axis2 in T.grid(7, 40, 5):
            with T.block("buffer_B_padding"):
                v_axis0, v_axis1, v_axis2 = T.axis.remap("SSS", [axis0, axis1, axis2])
                T.where(axis0 == 6 and 2 <= axis2)
                T.reads()
                T.writes(B[v_axis0, v_axis1, v_axis2])
                B[v_axis0, v_axis1, v_axis2] = T.float32(1.0)
