# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32, 40), "float32"), C: T.Buffer((32, 38), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((32, 40))
        for i0 in range(8):
            for ax0, ax1 in T.grid(4, 40):
                with T.block("B"):
                    v0 = T.axis.spatial(32, i0 * 4 + ax0)
                    v1 = T.axis.spatial(40, ax1)
                    T.reads(A[v0, v1])
                    T.writes(B[v0, v1])
                    B[v0, v1] = A[v0, v1] * T.float32(2.0)
            for i1, j in T.grid(4, 38):
                with T.block("C"):
                    vi = T.axis.spatial(32, i0 * 4 + i1)
                    vj = T.axis.spatial(38, j)
                    T.reads(B[vi, vj:vj + 3])
                    T.writes(C[vi, vj])
                    C[vi, vj] = B[vi, vj] + B[vi, vj + 2]
