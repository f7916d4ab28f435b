# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 20, 16), "float32"), B: T.Buffer((20, 30), "float32"), C: T.Buffer((14, 30), "float32")):
        # with T.block("root"):
        for axis0, axis1, axis2 in T.grid(1, 20, 16):
            with T.block("buffer_A_assumptions"):
                v_axis0, v_axis1, v_axis2 = T.axis.remap("SSS", [axis0, axis1, axis2])
                T.reads(A[v_axis0, v_axis1, v_axis2])
                T.writes()
                T.assume(not 14 <= v_axis2 or A[v_axis0, v_axis1, v_axis2] == T.float32(0.0))
        for i, j, k in T.grid(14, 30, 20):
            with T.block("C"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                T.reads(A[vi // 16, vk, vi % 16], B[vk, vj])
                T.writes(C[vi, vj])
                with T.init():
                    C[vi, vj] = T.float32(0.0)
                C[vi, vj] = C[vi, vj] + A[vi // 16, vk, vi % 16] * B[vk, vj]
