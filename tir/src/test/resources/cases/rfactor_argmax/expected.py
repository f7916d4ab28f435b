# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(idx: T.Buffer((8, 24), "int32"), val: T.Buffer((8, 24), "float32"), ai: T.Buffer((8,), "int32"), av: T.Buffer((8,), "float32")):
        # with T.block("root"):
        ai_rf = T.alloc_buffer((8, 24), "int32")
        av_rf = T.alloc_buffer((8, 24))
        for i, k in T.grid(8, 24):
            with T.block("argmax_rf"):
                vk, vi = T.axis.remap("SS", [k, i])
                T.reads(val[vi, vk], idx[vi, vk])
                T.writes(ai_rf[vi, vk], av_rf[vi, vk])
                ai_rf[vi, vk] = idx[vi, vk]
                av_rf[vi, vk] = val[vi, vk]
        for i, k in T.grid(8, 24):
            with T.block("argmax"):
                vk, vi = T.axis.remap("RS", [k, i])
                T.reads(ai_rf[vi, vk], av_rf[vi, vk])
                T.writes(ai[vi], av[vi])
                with T.init():
                    ai[vi] = -1
                    av[vi] = T.float32(-340282346638528859811704183484516925440.0)
                v_ai: T.int32 = T.Select(av[vi] >= av_rf[vi, vk], ai[vi], ai_rf[vi, vk])
                v_av: T.float32 = T.Select(av[vi] >= av_rf[vi, vk], av[vi], av_rf[vi, vk])
                ai[vi] = v_ai
                av[vi] = v_av
