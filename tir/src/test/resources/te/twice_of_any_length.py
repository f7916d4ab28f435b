# from tvm.script import tir as T

@T.prim_func
def main(var_X: T.handle, var_Y: T.handle):
    T.func_attr({"tir.noalias": T.bool(True)})
    n = T.int64()
    X = T.match_buffer(var_X, (n, T.int64(4)), "float16")
    Y = T.match_buffer(var_Y, (n, T.int64(4)), "float16")
    # with T.block("root"):
    for i, j in T.grid(n, T.int64(4)):
        with T.block("Y"):
            v_i = T.axis.spatial(n, i)
            v_j = T.axis.spatial(T.int64(4), j)
            T.reads(X[v_i, v_j])
            T.writes(Y[v_i, v_j])
            Y[v_i, v_j] = X[v_i, v_j] + X[v_i, v_j]
