# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((8,), "float32"), Y: T.Buffer((), "float32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    for k in range(8):
        with T.block("Y"):
            v_k = T.axis.reduce(8, k)
            T.reads(X[v_k])
            T.writes(Y[()])
            with T.init():
                Y[()] = T.float32(0.0)
            Y[()] = Y[()] + X[v_k]
