# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((128, 128), "float32"), C: T.Buffer((128, 128), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((128, 128))
        D = T.alloc_buffer((128, 128))
        B_shared = T.alloc_buffer((128, 128), scope="shared")
        C_shared = T.alloc_buffer((128, 128), scope="shared")
        for i, j in T.grid(128, 128):
            with T.block("D"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(D[vi, vj])
                D[vi, vj] = A[vi, vj] + T.float32(3.0)
        for i, j in T.grid(128, 128):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj] * T.float32(2.0)
            for ax0, ax1 in T.grid(1, 1):
                with T.block("B_shared"):
                    v0 = T.axis.spatial(128, i + ax0)
                    v1 = T.axis.spatial(128, j + ax1)
                    T.reads(B[v0, v1])
                    T.writes(B_shared[v0, v1])
                    B_shared[v0, v1] = B[v0, v1]
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B_shared[vi, vj], D[vi, vj])
                T.writes(C_shared[vi, vj])
                C_shared[vi, vj] = B_shared[vi, vj] + D[vi, vj]
        for ax0, ax1 in T.grid(128, 128):
            with T.block("C_shared"):
                v0, v1 = T.axis.remap("SS", [ax0, ax1])
                T.reads(C_shared[v0, v1])
                T.writes(C[v0, v1])
                C[v0, v1] = C_shared[v0, v1]
