# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8, 12), "int32"), B: T.Buffer((12, 8), "int32"), C: T.Buffer((8, 8), "int32")):
        # with T.block("root"):
        for io, jo, ko in T.grid(2, 2, 3):
            with T.block("C_o"):
                vio, vjo, vko = T.axis.remap("SSR", [io, jo, ko])
                T.reads(A[vio * 4:vio * 4 + 4, vko * 4:vko * 4 + 4], B[vko * 4:vko * 4 + 4, vjo * 4:vjo * 4 + 4])
                T.writes(C[vio * 4:vio * 4 + 4, vjo * 4:vjo * 4 + 4])
                with T.init():
                    for i, j in T.grid(4, 4):
                        with T.block("C_init"):
                            vi, vj = T.axis.remap("SS", [i, j])
                            T.reads()
                            T.writes(C[vio * 4 + vi, vjo * 4 + vj])
                            C[vio * 4 + vi, vjo * 4 + vj] = 0
                for i, j, k in T.grid(4, 4, 4):
                    with T.block("C"):
                        vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                        T.reads(C[vio * 4 + vi, vjo * 4 + vj], A[vio * 4 + vi, vko * 4 + vk], B[vko * 4 + vk, vjo * 4 + vj])
                        T.writes(C[vio * 4 + vi, vjo * 4 + vj])
                        C[vio * 4 + vi, vjo * 4 + vj] = C[vio * 4 + vi, vjo * 4 + vj] + A[vio * 4 + vi, vko * 4 + vk] * B[vko * 4 + vk, vjo * 4 + vj]
