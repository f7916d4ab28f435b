# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32,), "int32"), C: T.Buffer((32,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((32,), "int32")
        for i in T.parallel(24, annotations={"note": [0, 0, 1]}):
            with T.block("B"):
                vi = T.axis.spatial(24, i)
                T.reads(A[vi])
                T.writes(B[vi])
                B[vi] = A[vi] * 2
        for i in T.vectorized(32):
            with T.block("C"):
                vi = T.axis.spatial(32, i)
                T.reads(B[vi])
                T.writes(C[vi])
                C[vi] = B[vi]
