# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32"), C: T.Buffer((13, 64, 5), "float32")):
        # with T.block("root"):
        for i, j in T.grid(64, 64):
            with T.block("C_init"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads()
                T.writes(C[vi // 5, vj, vi % 5])
                C[vi // 5, vj, vi % 5] = T.float32(0.0)
            for k in range(64):
                with T.block("C_update"):
                    vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                    T.reads(C[vi // 5, vj, vi % 5], A[vi, vk], B[vk, vj])
                    T.writes(C[vi // 5, vj, vi % 5])
                    C[vi // 5, vj, vi % 5] = C[vi // 5, vj, vi % 5] + A[vi, vk] * B[vk, vj]
        for axis0, axis1, axis2 in T.grid(13, 64, 5):
            with T.block("buffer_C_padding"):
                v_axis0, v_axis1, v_axis2 = T.axis.remap("SSS", [axis0, axis1, axis2])
                T.where(axis0 == 12 and axis2 == 4)
                T.reads()
                T.writes(C[v_axis0, v_axis1, v_axis2])
                C[v_axis0, v_axis1, v_axis2] = T.float32(0.0)
