# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(idx: T.Buffer((8, 24), "int32"), val: T.Buffer((8, 24), "float32"), ai: T.Buffer((8,), "int32"), av: T.Buffer((8,), "float32")):
        # with T.block("root"):
        for i in range(8):
            with T.block("argmax_o"):
                vi_o = T.axis.spatial(8, i)
                vk_o = T.axis.reduce(1, 0)
                T.reads(val[vi_o, 0:24], idx[vi_o, 0:24])
                T.writes(ai[vi_o], av[vi_o])
                with T.init():
                    with T.block("argmax_init"):
                        T.reads()
                        T.writes(ai[vi_o], av[vi_o])
                        ai[vi_o] = -1
                        av[vi_o] = T.float32(-340282346638528859811704183484516925440.0)
                for k in range(24):
                    with T.block("argmax"):
                        vk_i = T.axis.reduce(24, k)
                        T.reads(ai[vi_o], av[vi_o], val[vi_o, vk_i], idx[vi_o, vk_i])
                        T.writes(ai[vi_o], av[vi_o])
                        v0: T.int32 = T.Select(val[vi_o, vk_i] <= av[vi_o], ai[vi_o], idx[vi_o, vk_i])
                        v1: T.float32 = T.Select(val[vi_o, vk_i] <= av[vi_o], av[vi_o], val[vi_o, vk_i])
                        ai[vi_o] = v0
                        av[vi_o] = v1
