# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "int32"), D: T.Buffer((16,), "int32")):
        # with T.block("root"):
        T0 = T.alloc_buffer((16,), "int32")
        T1 = T.alloc_buffer((16,), "int32")
        Cc = T.alloc_buffer((16,), "int32")
        for i in range(8):
            with T.block("T0"):
                vi = T.axis.spatial(8, i)
                T.reads(A[vi])
                T.writes(Cc[vi])
                Cc[vi] = A[vi] + 1
        for i in range(8):
            with T.block("T1"):
                vi = T.axis.spatial(8, i)
                T.reads(A[vi + 8])
                T.writes(Cc[vi + 8])
                Cc[vi + 8] = A[vi + 8] * 2
        for i in range(16):
            with T.block("D"):
                vi = T.axis.spatial(16, i)
                T.reads(Cc[vi])
                T.writes(D[vi])
                D[vi] = Cc[vi] + 3
