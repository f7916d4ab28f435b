# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((1, 3, 8, 8), "float32"), W: T.Buffer((4, 3, 3, 3), "float32"), conv: T.Buffer((1, 4, 8, 8), "float32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    pad = T.alloc_buffer((1, 3, 10, 10))
    for n, c, h, ww in T.grid(1, 3, 10, 10):
        with T.block("pad"):
            v_n, v_c, v_h, v_ww = T.axis.remap("SSSS", [n, c, h, ww])
            T.reads(X[v_n, v_c, v_h - 1, v_ww - 1])
            T.writes(pad[v_n, v_c, v_h, v_ww])
            pad[v_n, v_c, v_h, v_ww] = T.if_then_else(1 <= v_h and v_h < 9 and 1 <= v_ww and v_ww < 9, X[v_n, v_c, v_h - 1, v_ww - 1], T.float32(0.0))
    for n, f, h, ww, rc, rh, rw in T.grid(1, 4, 8, 8, 3, 3, 3):
        with T.block("conv"):
            v_n, v_f, v_h, v_ww, v_rc, v_rh, v_rw = T.axis.remap("SSSSRRR", [n, f, h, ww, rc, rh, rw])
            T.reads(pad[v_n, v_rc, v_h + v_rh, v_ww + v_rw], W[v_f, v_rc, v_rh, v_rw])
            T.writes(conv[v_n, v_f, v_h, v_ww])
            with T.init():
                conv[v_n, v_f, v_h, v_ww] = T.float32(0.0)
            conv[v_n, v_f, v_h, v_ww] = conv[v_n, v_f, v_h, v_ww] + pad[v_n, v_rc, v_h + v_rh, v_ww + v_rw] * W[v_f, v_rc, v_rh, v_rw]
