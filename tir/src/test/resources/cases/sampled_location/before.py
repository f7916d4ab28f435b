# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(X: T.Buffer((6, 10), "float32"), Z: T.Buffer((6, 10), "float32")):
        T.func_attr({"tir.noalias": T.bool(True)})
        # with T.block("root"):
        Y = T.alloc_buffer((6, 10))
        for i, j in T.grid(6, 10):
            with T.block("scale"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(X[vi, vj])
                T.writes(Y[vi, vj])
                Y[vi, vj] = X[vi, vj] * T.float32(0.5)
        for i, j in T.grid(6, 10):
            with T.block("shift"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(Y[vi, vj])
                T.writes(Z[vi, vj])
                Z[vi, vj] = Y[vi, vj] - T.float32(3.0)
