# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((66,), "float32"), B: T.Buffer((64,), "float32")):
        # with T.block("root"):
        A_shared = T.alloc_buffer((66,), scope="shared")
        for i_0 in range(4):
            with T.block("A_shared"):
                v0 = T.axis.spatial(4, i_0)
                T.reads(A[v0 * 16:v0 * 16 + 18])
                T.writes(A_shared[v0 * 16:v0 * 16 + 18])
                T.block_attr({"auto_copy": 1})
                for ax0 in range(18):
                    A_shared[v0 * 16 + ax0] = A[v0 * 16 + ax0]
            for i_1 in range(16):
                with T.block("b0"):
                    vi = T.axis.spatial(64, i_0 * 16 + i_1)
                    T.reads(A_shared[vi:vi + 3])
                    T.writes(B[vi])
                    B[vi] = A_shared[vi] + A_shared[vi + 1] + A_shared[vi + 2]
