# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(idx: T.Buffer((8, 24), "int32"), val: T.Buffer((8, 24), "float32"), ai: T.Buffer((8,), "int32"), av: T.Buffer((8,), "float32")):
        # with T.block("root"):
        ai_rf = T.alloc_buffer((4, 8), "int32")
        av_rf = T.alloc_buffer((4, 8))
        for i, ko, ki_0, ki_1 in T.grid(8, 4, 2, 4):
            with T.block("argmin_rf"):
                vki_1, vi, vko, vki_0 = T.axis.remap("SSRR", [ki_1, i, ko, ki_0])
                T.where(ki_0 * 4 + ki_1 < 6)
                T.reads(val[vi, vko * 6 + (vki_0 * 4 + vki_1)], idx[vi, vko * 6 + (vki_0 * 4 + vki_1)])
                T.writes(ai_rf[vki_1, vi], av_rf[vki_1, vi])
                with T.init():
                    ai_rf[vki_1, vi] = -1
                    av_rf[vki_1, vi] = T.float32(340282346638528859811704183484516925440.0)
                v_ai_rf: T.int32 = T.Select(av_rf[vki_1, vi] <= val[vi, vko * 6 + (vki_0 * 4 + vki_1)], ai_rf[vki_1, vi], idx[vi, vko * 6 + (vki_0 * 4 + vki_1)])
                v_av_rf: T.float32 = T.Select(av_rf[vki_1, vi] <= val[vi, vko * 6 + (vki_0 * 4 + vki_1)], av_rf[vki_1, vi], val[vi, vko * 6 + (vki_0 * 4 + vki_1)])
                ai_rf[vki_1, vi] = v_ai_rf
                av_rf[vki_1, vi] = v_av_rf
        for i, ki_1 in T.grid(8, 4):
            with T.block("argmin"):
                vki_1, vi = T.axis.remap("RS", [ki_1, i])
                T.reads(ai_rf[vki_1, vi], av_rf[vki_1, vi])
                T.writes(ai[vi], av[vi])
                with T.init():
                    ai[vi] = -1
                    av[vi] = T.float32(340282346638528859811704183484516925440.0)
                v_ai: T.int32 = T.Select(av[vi] <= av_rf[vki_1, vi], ai[vi], ai_rf[vki_1, vi])
                v_av: T.float32 = T.Select(av[vi] <= av_rf[vki_1, vi], av[vi], av_rf[vki_1, vi])
                ai[vi] = v_ai
                av[vi] = v_av
