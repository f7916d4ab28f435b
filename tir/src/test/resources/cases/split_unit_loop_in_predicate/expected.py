# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(x: T.Buffer((10, 32), "float32"), s: T.Buffer((10,), "float32"), q: T.Buffer((10,), "float32")):
        # with T.block("root"):
        for i_init_0, i_init_1_0, i_init_1_1, i_init_1_2 in T.grid(5, 16, 3, 1):
            with T.block("moments_init"):
                vi = T.axis.spatial(10, i_init_0 * 5 + (i_init_1_0 * 3 + i_init_1_1 + i_init_1_2))
                T.where(i_init_0 * 5 + (i_init_1_0 * 3 + i_init_1_1 + i_init_1_2) < 10 and i_init_1_0 * 3 + i_init_1_1 + i_init_1_2 < 5)
                T.reads()
                T.writes(s[vi], q[vi])
                s[vi] = T.float32(0.0)
                q[vi] = T.float32(0.0)
        for i, k in T.grid(10, 32):
            with T.block("moments_update"):
                vi, vk = T.axis.remap("SR", [i, k])
                T.reads(s[vi], q[vi], x[vi, vk])
                T.writes(s[vi], q[vi])
                v_s: T.float32 = s[vi] + x[vi, vk]
                v_q: T.float32 = q[vi] + x[vi, vk] * x[vi, vk]
                s[vi] = v_s
                q[vi] = v_q
