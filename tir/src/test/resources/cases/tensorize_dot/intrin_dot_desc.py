# from tvm.script import tir as T

@T.prim_func
def d(a: T.handle, b: T.handle, c: T.handle):
    A = T.match_buffer(a, (4,), "int8", offset_factor=1)
    B = T.match_buffer(b, (4,), "int8", offset_factor=1)
    C = T.match_buffer(c, (1,), "int32", offset_factor=1)
    with T.block("root"):
        T.reads(C[0], A[0:4], B[0:4])
        T.writes(C[0])
        for i in range(4):
            with T.block("update"):
                vi = T.axis.reduce(4, i)
                T.reads(C[0], A[vi], B[vi])
                T.writes(C[0])
                C[0] = C[0] + T.Cast("int32", A[vi]) * T.Cast("int32", B[vi])
