# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 17), "float32"), B: T.Buffer((17, 45), "float32"), C: T.Buffer((1, 45), "float32")):
        # with T.block("root"):
        for j, k in T.grid(45, 17):
            with T.block("C"):
                vj, vk = T.axis.remap("SR", [j, k])
                T.reads(A[0, vk], B[vk, vj])
                T.writes(C[0, vj])
                with T.init():
                    C[0, vj] = T.float32(0.0)
                C[0, vj] = C[0, vj] + A[0, vk] * B[vk, vj]
