# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((20, 20), "int8"), Y: T.Buffer((16, 16), "int8")):
        # with T.block("root"):
        M = T.alloc_buffer((18, 18), "int8")
        for i, j, p, q in T.grid(18, 18, 3, 3):
            with T.block("M"):
                vi, vj, vp, vq = T.axis.remap("SSRR", [i, j, p, q])
                T.reads(A[vi + vp, vj + vq])
                T.writes(M[vi, vj])
                with T.init():
                    M[vi, vj] = T.int8(-128)
                M[vi, vj] = T.max(M[vi, vj], A[vi + vp, vj + vq])
        for i, j, p, q in T.grid(16, 16, 3, 3):
            with T.block("Y"):
                vi, vj, vp, vq = T.axis.remap("SSRR", [i, j, p, q])
                T.reads(M[vi + vp, vj + vq])
                T.writes(Y[vi, vj])
                with T.init():
                    Y[vi, vj] = T.int8(-128)
                Y[vi, vj] = T.max(Y[vi, vj], M[vi + vp, vj + vq])
