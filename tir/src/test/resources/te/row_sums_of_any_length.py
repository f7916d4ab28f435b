# from tvm.script import tir as T

@T.prim_func
def main(var_X: T.handle, var_S: T.handle):
    T.func_attr({"tir.noalias": T.bool(True)})
    n = T.int32()
    X = T.match_buffer(var_X, (n, 32))
    S = T.match_buffer(var_S, (n,))
    # with T.block("root"):
    for i, k in T.grid(n, 32):
        with T.block("S"):
            v_i, v_k = T.axis.remap("SR", [i, k])
            T.reads(X[v_i, v_k])
            T.writes(S[v_i])
            with T.init():
                S[v_i] = T.float32(0.0)
            S[v_i] = S[v_i] + X[v_i, v_k]
