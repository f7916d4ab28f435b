# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(x: T.handle, y: T.handle, n: T.int32):
        X = T.match_buffer(x, (n, 8))
        Y = T.match_buffer(y, (n, 8))
        # with T.block("root"):
        for i_0, i_1, j in T.grid((n + 15) // 16, 16, 8):
            with T.block("neg"):
                vi = T.axis.spatial(n, i_0 * 16 + i_1)
                vj = T.axis.spatial(8, j)
                T.where(i_0 * 16 + i_1 < n)
                T.reads(X[vi, vj])
                T.writes(Y[vi, vj])
                Y[vi, vj] = T.float32(0.0) - X[vi, vj]
