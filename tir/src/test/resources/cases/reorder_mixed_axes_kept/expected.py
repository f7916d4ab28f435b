# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((2, 6, 2), "float32"), C: T.Buffer((2, 6), "float32")):
        # with T.block("root"):
        for i, j, n in T.grid(4, 3, 2):
            with T.block("C"):
                vn = T.axis.spatial(2, n)
                vi = T.axis.spatial(6, (i * 3 + j) // 2)
                vk = T.axis.reduce(2, (i * 3 + j) % 2)
                T.reads(A[vn, vi, vk])
                T.writes(C[vn, vi])
                with T.init():
                    C[vn, vi] = T.float32(0)
                C[vn, vi] = C[vn, vi] + A[vn, vi, vk]
