# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((8, 16), "float32"), T_v0: T.Buffer((8, 16), "float32"), T_v1: T.Buffer((8, 16), "float32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    for i, j in T.grid(8, 16):
        with T.block("T_v0"):
            v_i, v_j = T.axis.remap("SS", [i, j])
            T.reads(X[v_i, v_j])
            T.writes(T_v0[v_i, v_j])
            T_v0[v_i, v_j] = X[v_i, v_j] + T.float32(1.0)
        with T.block("T_v1"):
            v_i, v_j = T.axis.remap("SS", [i, j])
            T.reads(X[v_i, v_j])
            T.writes(T_v1[v_i, v_j])
            T_v1[v_i, v_j] = X[v_i, v_j] * T.float32(2.0)
