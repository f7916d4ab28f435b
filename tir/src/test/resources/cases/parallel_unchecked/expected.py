# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(X: T.Buffer((20,), "int32"), Y: T.Buffer((4,), "int32")):
        T.func_attr({"tir.noalias": T.bool(True)})
        # with T.block("root"):
        for i in T.parallel(4):
            for j in range(5):
                with T.block("last"):
                    vi = T.axis.spatial(4, i)
                    vj = T.axis.opaque(5, j)
                    T.reads(X[vi * 5 + vj])
                    T.writes(Y[vi])
                    Y[vi] = X[vi * 5 + vj]
