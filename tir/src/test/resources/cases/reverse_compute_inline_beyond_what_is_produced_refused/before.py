# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((2, 4), "int32"), C: T.Buffer((2,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((2,), "int32")
        for i in range(2):
            with T.block("B_init"):
                vi = T.axis.spatial(2, i)
                T.reads()
                T.writes(B[vi])
                B[vi] = 0
            for k in range(4):
                with T.block("B_update"):
                    vi, vk = T.axis.remap("SR", [i, k])
                    T.reads(B[vi], A[vi, vk])
                    T.writes(B[vi])
                    B[vi] = B[vi] + A[vi, vk]
        for i in range(2):
            with T.block("C"):
                vi = T.axis.spatial(2, i)
                T.reads(B[vi])
                T.writes(C[vi])
                C[vi] = T.max(B[vi], 0)
