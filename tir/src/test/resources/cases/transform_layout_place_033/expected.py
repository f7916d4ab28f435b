# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((T.int64(14), T.int64(30)), "float32"), C: T.Buffer((T.int64(4), T.int64(4), T.int64(4), T.int64(8)), "float32")):
        # with T.block("root"):
        B = T.alloc_buffer((T.int64(14), T.int64(30)))
        for i, j in T.grid(T.int64(14), T.int64(30)):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj] * T.float32(2.0)
        for axis0, axis1, axis2, axis3 in T.grid(T.int64(4), T.int64(4), T.int64(4), T.int64(8)):
            with T.block("C"):
                v_axis0, v_axis1, v_axis2, v_axis3 = T.axis.remap("SSSS", [axis0, axis1, axis2, axis3])
                T.reads(B[v_axis0 * T.int64(4) + v_axis2, v_axis1 * T.int64(8) + v_axis3])
                T.writes(C[v_axis0, v_axis1, v_axis2, v_axis3])
                C[v_axis0, v_axis1, v_axis2, v_axis3] = T.if_then_else(v_axis0 == T.int64(3) and T.int64(2) <= v_axis2 or v_axis1 == T.int64(3) and T.int64(6) <= v_axis3, T.float32(0.0), B[v_axis0 * T.int64(4) + v_axis2, v_axis1 * T.int64(8) + v_axis3] + T.float32(1.0))
