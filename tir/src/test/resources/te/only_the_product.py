# from tvm.script import tir as T

@T.prim_func
def main(V: T.Buffer((8, 16), "float32"), W: T.Buffer((8, 16), "int32"), SP_v1: T.Buffer((8,), "int32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    SP_v0 = T.alloc_buffer((8,))
    for i, k in T.grid(8, 16):
        with T.block("SP"):
            v_i, v_k = T.axis.remap("SR", [i, k])
            T.reads(V[v_i, v_k], W[v_i, v_k])
            T.writes(SP_v0[v_i], SP_v1[v_i])
            with T.init():
                SP_v0[v_i] = T.float32(0.0)
                SP_v1[v_i] = 1
            v_SP_v0: T.float32 = SP_v0[v_i] + V[v_i, v_k]
            v_SP_v1: T.int32 = SP_v1[v_i] * W[v_i, v_k]
            SP_v0[v_i] = v_SP_v0
            SP_v1[v_i] = v_SP_v1
