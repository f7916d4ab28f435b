# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(X: T.Buffer((4, 20), "int32"), W: T.Buffer((6, 4, 3), "int32"), Y: T.Buffer((6, 20), "int32")):
        # with T.block("root"):
        P = T.alloc_buffer((4, 22), "int32")
        O = T.alloc_buffer((6, 20), "int32")
        with T.block("pad_o"):
            vc_o = T.axis.spatial(1, 0)
            vx_o = T.axis.spatial(1, 0)
            T.reads(X[0:4, -1:21])
            T.writes(P[0:4, 0:22])
            for c in range(4):
                for x in T.parallel(22):
                    with T.block("pad"):
                        vc_i, vx_i = T.axis.remap("SS", [c, x])
                        T.reads(X[vc_i, vx_i - 1])
                        T.writes(P[vc_i, vx_i])
                        T.block_attr({"seen0": 0})
                        P[vc_i, vx_i] = T.if_then_else(1 <= vx_i and vx_i < 21, X[vc_i, vx_i - 1], 0)
        for o, x, c, r in T.grid(6, 20, 4, 3):
            with T.block("conv"):
                vo, vx, vc, vr = T.axis.remap("SSRR", [o, x, c, r])
                T.reads(P[vc, vx + vr], W[vo, vc, vr])
                T.writes(O[vo, vx])
                with T.init():
                    O[vo, vx] = 0
                O[vo, vx] = O[vo, vx] + P[vc, vx + vr] * W[vo, vc, vr]
        for o, x in T.grid(6, 20):
            with T.block("relu"):
                vo, vx = T.axis.remap("SS", [o, x])
                T.reads(O[vo, vx])
                T.writes(Y[vo, vx])
                T.block_attr({"seen1": 1})
                Y[vo, vx] = T.max(O[vo, vx], 0)
