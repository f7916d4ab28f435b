# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((34, 16), "float32"), C: T.Buffer((32, 16), "float32")):
        # with T.block("root"):
        C_shared = T.alloc_buffer((16, 32), scope="shared")
        for i, j, r in T.grid(32, 16, 3):
            with T.block("C"):
                vi, vj, vr = T.axis.remap("SSR", [i, j, r])
                T.reads(A[vi + vr, vj])
                T.writes(C_shared[vj, vi])
                with T.init():
                    C_shared[vj, vi] = T.float32(0.0)
                C_shared[vj, vi] = C_shared[vj, vi] + A[vi + vr, vj]
        for i, j in T.grid(32, 16):
            with T.block("C_shared"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(C_shared[vj, vi])
                T.writes(C[vi, vj])
                C[vi, vj] = C_shared[vj, vi]
