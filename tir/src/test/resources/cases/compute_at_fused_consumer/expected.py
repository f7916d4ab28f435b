# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((12, 20), "int32"), E: T.Buffer((12, 20), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((12, 20), "int32")
        C = T.alloc_buffer((12, 20), "int32")
        D = T.alloc_buffer((12, 20), "int32")
        for i, j in T.grid(12, 20):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj] * 2
        for i, j in T.grid(12, 20):
            with T.block("D"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(D[vi, vj])
                D[vi, vj] = B[vi, vj] - 3
        for i_j_fused_0 in range(30):
            for ax0, ax1 in T.grid((i_j_fused_0 * 8 % 20 + 7) // 20 + 1, 20):
                with T.block("C"):
                    vi = T.axis.spatial(12, i_j_fused_0 * 8 // 20 + ax0)
                    vj = T.axis.spatial(20, ax1)
                    T.reads(B[vi, vj])
                    T.writes(C[vi, vj])
                    C[vi, vj] = B[vi, vj] + 1
            for i_j_fused_1 in range(8):
                with T.block("E"):
                    vi = T.axis.spatial(12, (i_j_fused_0 * 8 + i_j_fused_1) // 20)
                    vj = T.axis.spatial(20, (i_j_fused_0 * 8 + i_j_fused_1) % 20)
                    T.reads(C[vi, vj], D[vi, vj])
                    T.writes(E[vi, vj])
                    E[vi, vj] = C[vi, vj] * D[vi, vj]
