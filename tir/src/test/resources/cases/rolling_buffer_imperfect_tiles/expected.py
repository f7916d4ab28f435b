# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((21, 23), "int8"), Y: T.Buffer((17, 19), "int8")):
        # with T.block("root"):
        M = T.alloc_buffer((6, 21), "int8")
        for i_0, j_0 in T.grid(5, 5):
            for ax0, ax1, ax2, ax3 in T.grid(6, 6, 3, 3):
                with T.block("M"):
                    vi = T.axis.opaque(19, i_0 * 4 + ax0)
                    vj = T.axis.spatial(21, j_0 * 4 + ax1)
                    vp, vq = T.axis.remap("RR", [ax2, ax3])
                    T.where(i_0 * 4 + ax0 < 19 and j_0 * 4 + ax1 < 21 and (i_0 < 1 or 2 <= ax0) and (j_0 < 1 or 2 <= ax1))
                    T.reads(A[vi + vp, vj + vq])
                    T.writes(M[vi % 6, vj])
                    with T.init():
                        M[vi % 6, vj] = T.int8(-128)
                    M[vi % 6, vj] = T.max(M[vi % 6, vj], A[vi + vp, vj + vq])
            for i_1, j_1, p, q in T.grid(4, 4, 3, 3):
                with T.block("Y"):
                    vi = T.axis.opaque(17, i_0 * 4 + i_1)
                    vj = T.axis.spatial(19, j_0 * 4 + j_1)
                    vp, vq = T.axis.remap("RR", [p, q])
                    T.where(i_0 * 4 + i_1 < 17 and j_0 * 4 + j_1 < 19)
                    T.reads(M[(vi + vp) % 6, vj + vq])
                    T.writes(Y[vi, vj])
                    with T.init():
                        Y[vi, vj] = T.int8(-128)
                    Y[vi, vj] = T.max(Y[vi, vj], M[(vi + vp) % 6, vj + vq])
