# from tvm.script import tir as T

@T.prim_func
def main(X: T.Buffer((8,), "float32"), T_1: T.Buffer((8,), "float32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    T_2 = T.alloc_buffer((8,))
    T_3 = T.alloc_buffer((8,))
    for i in range(8):
        with T.block("T"):
            v_i = T.axis.spatial(8, i)
            T.reads(X[v_i])
            T.writes(T_2[v_i])
            T_2[v_i] = X[v_i] + T.float32(1.0)
    for i in range(8):
        with T.block("T_1"):
            v_i = T.axis.spatial(8, i)
            T.reads(T_2[v_i])
            T.writes(T_3[v_i])
            T_3[v_i] = T_2[v_i] * T.float32(2.0)
    for i in range(8):
        with T.block("T_2"):
            v_i = T.axis.spatial(8, i)
            T.reads(T_3[v_i])
            T.writes(T_1[v_i])
            T_1[v_i] = T_3[v_i] - T.float32(3.0)
