# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((10,), "float32"), Y: T.Buffer((10,), "float32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    for i in range(10):
        with T.block("Y"):
            v_i = T.axis.spatial(10, i)
            T.reads(X[v_i - 1:v_i - 1 + 3])
            T.writes(Y[v_i])
            Y[v_i] = T.if_then_else(1 <= v_i and v_i < 9, X[v_i - 1] + X[v_i + 1], X[v_i])
