# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(a: T.handle, c: T.handle, n: T.int32):
        A = T.match_buffer(a, (n, 16))
        C = T.match_buffer(c, (n, 16))
        # with T.block("root"):
        B = T.alloc_buffer(((n - n % -4) // 4, 16, 4))
        for axis0, axis1, axis2 in T.grid((n - n % -4) // 4, 16, 4):
            with T.block("B"):
                v_axis0, v_axis1, v_axis2 = T.axis.remap("SSS", [axis0, axis1, axis2])
                T.reads(A[v_axis0 * 4 + v_axis2, v_axis1])
                T.writes(B[v_axis0, v_axis1, v_axis2])
                B[v_axis0, v_axis1, v_axis2] = T.if_then_else(n % -4 < 0 and v_axis0 == n // 4 and n % 4 <= v_axis2, T.float32(0.0), A[v_axis0 * 4 + v_axis2, v_axis1] * T.float32(2.0))
        for i, j in T.grid(n, 16):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi // 4, vj, vi % 4])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi // 4, vj, vi % 4] + T.float32(1.0)
