# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(P: T.Buffer((12, 24), "int32"), Q: T.Buffer((24, 16), "int32"), R_1: T.Buffer((12, 16), "int32")):
        T.func_attr({"tir.noalias": T.bool(True)})
        # with T.block("root"):
        for i, j, k in T.grid(12, 16, 24):
            with T.block("dot"):
                vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                T.reads(P[vi, vk], Q[vk, vj])
                T.writes(R_1[vi, vj])
                with T.init():
                    R_1[vi, vj] = 0
                R_1[vi, vj] = R_1[vi, vj] + P[vi, vk] * Q[vk, vj]
