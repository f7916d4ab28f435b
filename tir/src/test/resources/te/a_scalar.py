# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((), "float32"), Y: T.Buffer((), "float32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    with T.block("Y"):
        vi = T.axis.spatial(1, 0)
        T.reads(X[()])
        T.writes(Y[()])
        Y[()] = X[()] * T.float32(2.0)
