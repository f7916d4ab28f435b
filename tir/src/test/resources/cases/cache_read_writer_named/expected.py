# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "int32"), C: T.Buffer((16, 16), "int32"), D: T.Buffer((16, 16), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((16, 16), "int32")
        B_warp = T.alloc_buffer((16, 16), "int32", scope="warp")
        for i, j_0, j_1 in T.grid(16, 4, 4):
            with T.block("B"):
                vi = T.axis.spatial(16, i)
                vj = T.axis.spatial(16, j_0 * 4 + j_1)
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj] * 2
        for i_0, i_1, i_2 in T.grid(2, 5, 16):
            for i_3 in T.serial(4, annotations={"pragma_x": T.float32(2.5)}):
                for j in range(16):
                    with T.block("C"):
                        vi = T.axis.spatial(16, i_0 * 320 + i_1 * 64 + i_2 * 4 + i_3)
                        vj = T.axis.spatial(16, j)
                        T.where(((i_0 * 5 + i_1) * 16 + i_2) * 4 + i_3 < 16)
                        T.reads(B[vi, vj])
                        T.writes(C[vi, vj])
                        C[vi, vj] = B[vi, vj] + 1
        for ax0, ax1 in T.grid(16, 16):
            with T.block("B_warp"):
                v0, v1 = T.axis.remap("SS", [ax0, ax1])
                T.reads(B[v0, v1])
                T.writes(B_warp[v0, v1])
                B_warp[v0, v1] = B[v0, v1]
        for i, j in T.grid(16, 16):
            with T.block("D"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B_warp[vj, vi], C[vi, vj])
                T.writes(D[vi, vj])
                D[vi, vj] = B_warp[vj, vi] + C[vi, vj]
