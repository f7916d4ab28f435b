# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 32), "int32"), D: T.Buffer((16,), "int32"), C: T.Buffer((16,), "int32")):
        # with T.block("root"):
        for i, k in T.grid(16, 32):
            with T.block("B"):
                vi, vk = T.axis.remap("SR", [i, k])
                T.reads(A[vi, vk], D[vi])
                T.writes(C[vi])
                with T.init():
                    C[vi] = D[vi]
                C[vi] = C[vi] + A[vi, vk]
