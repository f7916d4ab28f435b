# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "int32"), C: T.Buffer((16,), "int32"), G: T.Buffer((16,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((16,), "int32")
        D = T.alloc_buffer((16,), "int32")
        E = T.alloc_buffer((16,), "int32")
        for i in range(16):
            with T.block("B"):
                vi = T.axis.spatial(16, i)
                T.reads(A[vi])
                T.writes(B[vi])
                B[vi] = A[vi] * 2
        for i in range(16):
            with T.block("D"):
                vi = T.axis.spatial(16, i)
                T.reads(A[vi])
                T.writes(D[vi])
                D[vi] = A[vi] + 1
            with T.block("E"):
                vi = T.axis.spatial(16, i)
                T.reads(D[vi])
                T.writes(E[vi])
                E[vi] = D[vi] - 1
            with T.block("C"):
                vi = T.axis.spatial(16, i)
                T.reads(B[vi], E[vi])
                T.writes(C[vi])
                C[vi] = B[vi] + E[vi]
        for i in range(16):
            with T.block("G"):
                vi = T.axis.spatial(16, i)
                T.reads(D[vi])
                T.writes(G[vi])
                G[vi] = D[vi] * 3
