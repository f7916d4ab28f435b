# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(x: T.handle, y: T.handle, n: T.int32):
        X = T.match_buffer(x, (n, 8))
        Y = T.match_buffer(y, (n, 8))
        # with T.block("root"):
        for i, j in T.grid(n, 8):
            with T.block("neg"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(X[vi, vj])
                T.writes(Y[vi, vj])
                Y[vi, vj] = T.float32(0.0) - X[vi, vj]
