# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1,), "float64"), S0: T.Buffer((1,), "float64")):
        T.func_attr({"tir.noalias": T.bool(True)})
        # with T.block("root"):
        for i0_0, i0_1 in T.grid(1, 4):
            with T.block("S0"):
                v0 = T.axis.spatial(1, i0_0 * 4 + i0_1)
                T.where(i0_0 * 4 + i0_1 < 1)
                T.reads(A[v0])
                T.writes(S0[v0])
                S0[v0] = T.Select(A[v0] < T.float64(0.0), T.float64(0.0), A[v0] - T.float64(0.0))
