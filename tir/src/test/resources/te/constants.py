# from tvm.script import tir as T

@T.prim_func
def main(Y: T.Buffer((4,), "int32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    for i in range(4):
        with T.block("Y"):
            v_i = T.axis.spatial(4, i)
            T.reads()
            T.writes(Y[v_i])
            Y[v_i] = 7
