# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 8), "float32"), B: T.Buffer((16, 8), "float32")):
        # with T.block("root"):
        M0 = T.alloc_buffer((16, 8))
        A_shared = T.alloc_buffer((16, 8), scope="shared")
        for i in range(16):
            with T.block("A_shared"):
                v0 = T.axis.spatial(16, i)
                T.reads(A[v0, 0:8])
                T.writes(A_shared[v0, 0:8])
                T.block_attr({"auto_copy": 1})
                for ax0, ax1 in T.grid(1, 8):
                    A_shared[v0 + ax0, ax1] = A[v0 + ax0, ax1]
            for ax0 in range(8):
                with T.block("b0"):
                    vi, vj = T.axis.remap("SS", [i, ax0])
                    T.reads(A_shared[vi, vj])
                    T.writes(M0[vi, vj])
                    M0[vi, vj] = A_shared[vi, vj] * T.float32(2.0)
            for j in range(8):
                with T.block("b1"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    T.reads(M0[vi, vj])
                    T.writes(B[vi, vj])
                    B[vi, vj] = M0[vi, vj] * T.float32(3.0)
