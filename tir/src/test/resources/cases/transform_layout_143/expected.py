# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((6, 16, 3), "float32"), C: T.Buffer((16, 16), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((16, 16))
        for axis0, axis1, axis2 in T.grid(6, 16, 3):
            with T.block("buffer_A_assumptions"):
                v_axis0, v_axis1, v_axis2 = T.axis.remap("SSS", [axis0, axis1, axis2])
                T.reads(A[v_axis0, v_axis1, v_axis2])
                T.writes()
                T.assume(not (v_axis0 == 5 and 1 <= v_axis2) or A[v_axis0, v_axis1, v_axis2] == T.float32(0.0))
        for i, j in T.grid(4, 4):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi * 4 // 3:vi * 4 // 3 + 2, vj * 4:vj * 4 + 4, 0:3])
                T.writes(B[vi * 4:vi * 4 + 4, vj * 4:vj * 4 + 4])
                for x, y in T.grid(4, 4):
                    B[vi * 4 + x, vj * 4 + y] = A[(vi * 4 + x) // 3, vj * 4 + y, (vi + x) % 3] + T.float32(1.0)
        for i, j in T.grid(16, 16):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj] * T.float32(2.0)
