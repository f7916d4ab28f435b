# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((14, 20), "float32"), B: T.Buffer((20, 30), "float32"), C: T.Buffer((1, 30, 16), "float32")):
        # with T.block("root"):
        for axis0, axis1, axis2, k in T.grid(1, 30, 16, 20):
            with T.block("C"):
                v_axis0, v_axis1, v_axis2, vk = T.axis.remap("SSSR", [axis0, axis1, axis2, k])
                T.reads(A[v_axis0 * 16 + v_axis2, vk], B[vk, v_axis1])
                T.writes(C[v_axis0, v_axis1, v_axis2])
                with T.init():
                    C[v_axis0, v_axis1, v_axis2] = T.if_then_else(14 <= v_axis2, T.float32(0.0), T.float32(0.0))
                C[v_axis0, v_axis1, v_axis2] = T.if_then_else(14 <= v_axis2, T.float32(0.0), C[0, v_axis1, v_axis2] + A[v_axis0 * 16 + v_axis2, vk] * B[vk, v_axis1])
