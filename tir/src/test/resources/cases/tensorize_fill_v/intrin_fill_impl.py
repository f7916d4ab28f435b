# from tvm.script import tir as T

@T.prim_func
def f(c: T.handle):
    C = T.match_buffer(c, (16, 16), offset_factor=16)
    with T.block("root"):
        T.reads()
        T.writes(C[0:16, 0:16])
        for i in T.vectorized(256):
            C[i // 16, i % 16] = T.float32(0.0)
