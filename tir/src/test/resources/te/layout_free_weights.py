# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((8, 8), "float32"), W: T.Buffer((8, 8), "float32"), Y: T.Buffer((8, 8), "float32")):
    T.func_attr({"layout_free_buffers": [1], "tir.noalias": T.bool(True)})
    # with T.block("root"):
    for i, j, k in T.grid(8, 8, 8):
        with T.block("Y"):
            v_i, v_j, v_k = T.axis.remap("SSR", [i, j, k])
            T.reads(X[v_i, v_k], W[v_k, v_j])
            T.writes(Y[v_i, v_j])
            T.block_attr({"schedule_rule": "None"})
            with T.init():
                Y[v_i, v_j] = T.float32(0.0)
            Y[v_i, v_j] = Y[v_i, v_j] + X[v_i, v_k] * W[v_k, v_j]
