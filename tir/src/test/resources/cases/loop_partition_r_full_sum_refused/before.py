# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((8, 12), "int32"), B: T.Buffer((), "int32")):
        # with T.block("root"):
        for i, j in T.grid(8, 12):
            with T.block("B"):
                vi, vj = T.axis.remap("RR", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[()])
                with T.init():
                    B[()] = 0
                B[()] = B[()] + A[vi, vj]
