# from tvm.script import tir as T

@T.prim_func
def d(c: T.handle):
    C = T.match_buffer(c, (16, 16), offset_factor=16)
    with T.block("root"):
        T.reads()
        T.writes(C[0:16, 0:16])
        for i, j in T.grid(16, 16):
            with T.block("init"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads()
                T.writes(C[vi, vj])
                C[vi, vj] = T.float32(0.0)
