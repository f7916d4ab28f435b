# from tvm.script import tir as T

@T.prim_func
def d(a: T.handle, b: T.handle):
    A = T.match_buffer(a, (16, 16), offset_factor=16)
    B = T.match_buffer(b, (16, 16), scope="shared", offset_factor=16)
    with T.block("root"):
        T.reads(A[0:16, 0:16])
        T.writes(B[0:16, 0:16])
        for i, j in T.grid(16, 16):
            with T.block("load"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj]
