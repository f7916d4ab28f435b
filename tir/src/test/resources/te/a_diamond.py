# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((4, 4), "float32"), Q: T.Buffer((4, 4), "float32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    Y = T.alloc_buffer((4, 4))
    Z = T.alloc_buffer((4, 4))
    for i, j in T.grid(4, 4):
        with T.block("Y"):
            v_i, v_j = T.axis.remap("SS", [i, j])
            T.reads(X[v_j, v_i])
            T.writes(Y[v_i, v_j])
            Y[v_i, v_j] = X[v_j, v_i]
    for i, j in T.grid(4, 4):
        with T.block("Z"):
            v_i, v_j = T.axis.remap("SS", [i, j])
            T.reads(Y[v_i, v_j], X[v_i, v_j])
            T.writes(Z[v_i, v_j])
            Z[v_i, v_j] = Y[v_i, v_j] + X[v_i, v_j]
    for i, j in T.grid(4, 4):
        with T.block("Q"):
            v_i, v_j = T.axis.remap("SS", [i, j])
            T.reads(Z[v_i, v_j], Y[v_i, v_j])
            T.writes(Q[v_i, v_j])
            Q[v_i, v_j] = Z[v_i, v_j] * Y[v_i, v_j]
