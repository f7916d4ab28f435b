# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(X: T.Buffer((4, 6, 16), "float32"), Y: T.Buffer((4, 6, 16), "float32")):
        # with T.block("root"):
        Sm = T.alloc_buffer((4, 6))
        Sq = T.alloc_buffer((4, 6))
        for i, j, k in T.grid(4, 6, 16):
            with T.block("moments"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                T.reads(X[vi, vj, vk])
                T.writes(Sm[vi, vj], Sq[vi, vj])
                with T.init():
                    Sm[vi, vj] = T.float32(0.0)
                    Sq[vi, vj] = T.float32(0.0)
                a: T.float32 = Sm[vi, vj] + X[vi, vj, vk]
                b: T.float32 = Sq[vi, vj] + X[vi, vj, vk] * X[vi, vj, vk]
                Sm[vi, vj] = a
                Sq[vi, vj] = b
        for i, j, k in T.grid(4, 6, 16):
            with T.block("Y"):
                vi, vj, vk = T.axis.remap("SSS", [i, j, k])
                T.reads(X[vi, vj, vk], Sm[vi, vj], Sq[vi, vj])
                T.writes(Y[vi, vj, vk])
                Y[vi, vj, vk] = X[vi, vj, vk] * Sm[vi, vj] - Sq[vi, vj]
