# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((30, 45), "float32"), C: T.Buffer((30,), "float32")):
        # with T.block("root"):
        for i, k in T.grid(30, 45):
            with T.block("C"):
                vi, vk = T.axis.remap("SR", [i, k])
                T.reads(A[vi, vk])
                T.writes(C[vi])
                with T.init():
                    C[vi] = T.float32(-1000000000000000019884624838656.0)
                C[vi] = T.max(C[vi], A[vi, vk])
