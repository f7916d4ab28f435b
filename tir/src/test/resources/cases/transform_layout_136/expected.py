# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((14, 20), "float32"), B: T.Buffer((20, 30), "float32"), C: T.Buffer((4, 4, 4, 8), "float32")):
        # with T.block("root"):
        for axis0, axis1, axis2, axis3, k in T.grid(4, 4, 4, 8, 20):
            with T.block("C"):
                v_axis0, v_axis1, v_axis2, v_axis3, vk = T.axis.remap("SSSSR", [axis0, axis1, axis2, axis3, k])
                T.reads(A[v_axis0 * 4 + v_axis2, vk], B[vk, v_axis1 * 8 + v_axis3])
                T.writes(C[v_axis0, v_axis1, v_axis2, v_axis3])
                with T.init():
                    C[v_axis0, v_axis1, v_axis2, v_axis3] = T.if_then_else(v_axis0 == 3 and 2 <= v_axis2 or v_axis1 == 3 and 6 <= v_axis3, T.float32(0.0), T.float32(0.0))
                C[v_axis0, v_axis1, v_axis2, v_axis3] = T.if_then_else(v_axis0 == 3 and 2 <= v_axis2 or v_axis1 == 3 and 6 <= v_axis3, T.float32(0.0), C[v_axis0, v_axis1, v_axis2, v_axis3] + A[v_axis0 * 4 + v_axis2, vk] * B[vk, v_axis1 * 8 + v_axis3])
