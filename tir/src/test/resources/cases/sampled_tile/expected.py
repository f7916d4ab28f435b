# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(P: T.Buffer((12, 24), "int32"), Q: T.Buffer((24, 16), "int32"), R_1: T.Buffer((12, 16), "int32")):
        T.func_attr({"tir.noalias": T.bool(True)})
        # with T.block("root"):
        for i, j_0, j_1, j_2, k in T.grid(12, 2, 2, 4, 24):
            with T.block("dot"):
                vi = T.axis.spatial(12, i)
                vj = T.axis.spatial(16, j_0 * 8 + j_1 * 4 + j_2)
                vk = T.axis.reduce(24, k)
                T.reads(P[vi, vk], Q[vk, vj])
                T.writes(R_1[vi, vj])
                with T.init():
                    R_1[vi, vj] = 0
                R_1[vi, vj] = R_1[vi, vj] + P[vi, vk] * Q[vk, vj]
