# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((8, 6, 10), "float32"), S: T.Buffer((8,), "float32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    for i, k in T.grid(8, 6):
        for l in range(2, 9):
            with T.block("S"):
                v_i, v_k, v_l = T.axis.remap("SRR", [i, k, l])
                T.reads(X[v_i, v_k, v_l])
                T.writes(S[v_i])
                with T.init():
                    S[v_i] = T.float32(0.0)
                S[v_i] = S[v_i] + X[v_i, v_k, v_l]
