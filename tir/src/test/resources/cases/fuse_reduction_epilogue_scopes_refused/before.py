# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 8), "float32"), E: T.Buffer((4,), "float32"), D: T.Buffer((4,), "float32")):
        C = T.alloc_buffer((4,), "float32")
        for i in range(4):
            for k in range(8):
                with T.block("C"):
                    vi = T.axis.spatial(4, i)
                    vk = T.axis.reduce(8, k)
                    with T.init():
                        C[vi] = T.float32(0)
                    C[vi] = C[vi] + A[vi, vk]
        for o in range(2):
            with T.block("O"):
                vo = T.axis.spatial(2, o)
                T.reads(C[vo * 2:vo * 2 + 2], E[vo * 2:vo * 2 + 2])
                T.writes(D[vo * 2:vo * 2 + 2])
                for i in range(2):
                    with T.block("D"):
                        vi = T.axis.spatial(2, i)
                        D[vo * 2 + vi] = C[vo * 2 + vi] + E[vo * 2 + vi]
