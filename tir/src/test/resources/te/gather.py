# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((6,), "int64"), I_1: T.Buffer((3,), "int32"), Y: T.Buffer((3,), "int64")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    for j in range(3):
        with T.block("Y"):
            v_j = T.axis.spatial(3, j)
            T.reads(X[I_1[v_j]], I_1[v_j])
            T.writes(Y[v_j])
            Y[v_j] = X[I_1[v_j]]
