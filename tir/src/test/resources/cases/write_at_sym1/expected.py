# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(a: T.handle, b: T.handle, n: T.int32):
        A = T.match_buffer(a, (n, 64))
        B = T.match_buffer(b, (n, 64))
        # with T.block("root"):
        B_local = T.alloc_buffer((n, 64), scope="local")
        for i, j in T.grid(n, 64):
            with T.block("b0"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B_local[vi, vj])
                B_local[vi, vj] = A[vi, vj] + T.float32(1.0)
            with T.block("B_local"):
                v0, v1 = T.axis.remap("SS", [i, j])
                T.reads(B_local[v0, v1])
                T.writes(B[v0, v1])
                T.block_attr({"auto_copy": 1})
                for ax0, ax1 in T.grid(1, 1):
                    B[v0 + ax0, v1 + ax1] = B_local[v0 + ax0, v1 + ax1]
