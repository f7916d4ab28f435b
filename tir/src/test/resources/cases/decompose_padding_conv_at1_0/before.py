# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 14, 14, 8), "float32"), W: T.Buffer((3, 3, 8, 16), "float32"), Y: T.Buffer((1, 14, 14, 16), "float32")):
        # with T.block("root"):
        P = T.alloc_buffer((1, 16, 16, 8))
        for n, h, w, c in T.grid(1, 16, 16, 8):
            with T.block("P"):
                vn, vh, vw, vc = T.axis.remap("SSSS", [n, h, w, c])
                T.reads(A[vn, vh - 1, vw - 1, vc])
                T.writes(P[vn, vh, vw, vc])
                P[vn, vh, vw, vc] = T.if_then_else(1 <= vh and vh < 15 and 1 <= vw and vw < 15, A[vn, vh - 1, vw - 1, vc], T.float32(0.0))
        for n, h, w, f, rh, rw, rc in T.grid(1, 14, 14, 16, 3, 3, 8):
            with T.block("Y"):
                vn, vh, vw, vf, vrh, vrw, vrc = T.axis.remap("SSSSRRR", [n, h, w, f, rh, rw, rc])
                T.reads(P[vn, vh + vrh, vw + vrw, vrc], W[vrh, vrw, vrc, vf])
                T.writes(Y[vn, vh, vw, vf])
                with T.init():
                    Y[vn, vh, vw, vf] = T.float32(0.0)
                Y[vn, vh, vw, vf] = Y[vn, vh, vw, vf] + P[vn, vh + vrh, vw + vrw, vrc] * W[vrh, vrw, vrc, vf]
