# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(idx: T.Buffer((8, 24), "int32"), val: T.Buffer((8, 24), "float32"), ai: T.Buffer((8,), "int32"), av: T.Buffer((8,), "float32")):
        # with T.block("root"):
        for i, k in T.grid(8, 24):
            with T.block("argmax"):
                vi, vk = T.axis.remap("SR", [i, k])
                T.reads(val[vi, vk], idx[vi, vk])
                T.writes(ai[vi], av[vi])
                with T.init():
                    ai[vi] = -1
                    av[vi] = T.float32(-340282346638528859811704183484516925440.0)
                v0: T.int32 = T.Select(av[vi] >= val[vi, vk], ai[vi], idx[vi, vk])
                v1: T.float32 = T.Select(av[vi] >= val[vi, vk], av[vi], val[vi, vk])
                ai[vi] = v0
                av[vi] = v1
