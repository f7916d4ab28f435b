# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(x: T.Buffer((10, 32), "float32"), s: T.Buffer((10,), "float32"), q: T.Buffer((10,), "float32")):
        # with T.block("root"):
        for i, k in T.grid(10, 32):
            with T.block("moments"):
                vi, vk = T.axis.remap("SR", [i, k])
                T.reads(x[vi, vk])
                T.writes(s[vi], q[vi])
                with T.init():
                    s[vi] = T.float32(0.0)
                    q[vi] = T.float32(0.0)
                v_s: T.float32 = s[vi] + x[vi, vk]
                v_q: T.float32 = q[vi] + x[vi, vk] * x[vi, vk]
                s[vi] = v_s
                q[vi] = v_q
