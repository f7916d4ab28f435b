# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 16, 1, 8), "int32"), C: T.Buffer((1, 16, 1, 8), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((1, 16, 1, 8), "int32")
        for a, b, c, d in T.grid(1, 16, 1, 8):
            with T.block("B"):
                va, vb, vc, vd = T.axis.remap("SSSS", [a, b, c, d])
                T.reads(A[va, vb, vc, vd])
                T.writes(B[va, vb, vc, vd])
                B[va, vb, vc, vd] = A[va, vb, vc, vd] * 2
        for a, b, c, d in T.grid(1, 16, 1, 8):
            with T.block("C"):
                va, vb, vc, vd = T.axis.remap("SSSS", [a, b, c, d])
                T.reads(B[T.min(va, 0):T.min(va, 0) + (T.max(va, 0) + 1 - T.min(va, 0)), vb, T.min(vc, 0):T.min(vc, 0) + (T.max(vc, 0) + 1 - T.min(vc, 0)), vd])
                T.writes(C[va, vb, vc, vd])
                C[va, vb, vc, vd] = B[va, vb, vc, vd] + B[0, vb, 0, vd]
