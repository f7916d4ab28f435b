# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((4, 4), "float32"), C: T.Buffer((4, 4), "float32")):
        B = T.alloc_buffer((4, 4), "float32", scope="shared")
        for tx in T.thread_binding(4, thread="threadIdx.x"):
            for i in range(4):
                with T.block("B"):
                    vt = T.axis.spatial(4, tx)
                    vi = T.axis.spatial(4, i)
                    B[vt, vi] = A[vt, vi]
                with T.block("C"):
                    vt = T.axis.spatial(4, tx)
                    vi = T.axis.spatial(4, i)
                    C[vt, vi] = B[vt, vi]
