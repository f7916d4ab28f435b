# from tvm.script import tir as T

@T.prim_func
def d(s: T.handle, f: T.handle):
    S = T.match_buffer(s, (16, 16), align=128, offset_factor=1)
    F = T.match_buffer(f, (16, 16), align=128, offset_factor=1)
    with T.block("root"):
        T.reads(S[0:16, 0:16])
        T.writes(F[0:16, 0:16])
        for i, j in T.grid(16, 16):
            with T.block("load"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(S[vi, vj])
                T.writes(F[vi, vj])
                F[vi, vj] = S[vi, vj]
