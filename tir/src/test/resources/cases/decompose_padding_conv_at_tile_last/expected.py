# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 14, 14, 8), "float32"), W: T.Buffer((3, 3, 8, 16), "float32"), Y: T.Buffer((1, 14, 14, 16), "float32")):
        # with T.block("root"):
        P = T.alloc_buffer((1, 16, 16, 8))
        for n, h_0, w_0 in T.grid(1, 2, 2):
            for ax0, ax1 in T.grid(9, 9):
                for ax2 in range(8):
                    with T.block("P_pad_const"):
                        vn = T.axis.spatial(1, 0)
                        vh = T.axis.spatial(16, h_0 * 7 + ax0)
                        vw = T.axis.spatial(16, w_0 * 7 + ax1)
                        vc = T.axis.spatial(8, ax2)
                        T.reads()
                        T.writes(P[vn, vh, vw, vc])
                        P[vn, vh, vw, vc] = T.float32(0.0)
                for ax2 in range(8):
                    with T.block("P"):
                        vn = T.axis.spatial(1, 0)
                        vh = T.axis.spatial(14, h_0 * 7 + ax0 - 1)
                        vw = T.axis.spatial(14, w_0 * 7 + ax1 - 1)
                        vc = T.axis.spatial(8, ax2)
                        T.where(1 <= h_0 * 7 + ax0 and h_0 * 7 + ax0 < 15 and 1 <= w_0 * 7 + ax1 and w_0 * 7 + ax1 < 15)
                        T.reads(A[vn, vh, vw, vc])
                        T.writes(P[vn, vh + 1, vw + 1, vc])
                        P[vn, vh + 1, vw + 1, vc] = A[vn, vh, vw, vc]
            for h_1, w_1, f, rh, rw, rc in T.grid(7, 7, 16, 3, 3, 8):
                with T.block("Y"):
                    vn = T.axis.spatial(1, n)
                    vh = T.axis.spatial(14, h_0 * 7 + h_1)
                    vw = T.axis.spatial(14, w_0 * 7 + w_1)
                    vf, vrh, vrw, vrc = T.axis.remap("SRRR", [f, rh, rw, rc])
                    T.reads(P[vn, vh + vrh, vw + vrw, vrc], W[vrh, vrw, vrc, vf])
                    T.writes(Y[vn, vh, vw, vf])
                    with T.init():
                        Y[vn, vh, vw, vf] = T.float32(0.0)
                    Y[vn, vh, vw, vf] = Y[vn, vh, vw, vf] + P[vn, vh + vrh, vw + vrw, vrc] * W[vrh, vrw, vrc, vf]
