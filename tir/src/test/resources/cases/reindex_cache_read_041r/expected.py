# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((34, 16), "float32"), C: T.Buffer((32, 16), "float32")):
        # with T.block("root"):
        A_shared = T.alloc_buffer((32, 16, 3), scope="shared")
        for i, j, r in T.grid(32, 16, 3):
            with T.block("A_shared"):
                vi, vj, vr = T.axis.remap("SSS", [i, j, r])
                T.reads(A[vi + vr, vj])
                T.writes(A_shared[vi, vj, vr])
                A_shared[vi, vj, vr] = A[vi + vr, vj]
        for i, j, r in T.grid(32, 16, 3):
            with T.block("C"):
                vi, vj, vr = T.axis.remap("SSR", [i, j, r])
                T.reads(A_shared[vi, vj, vr])
                T.writes(C[vi, vj])
                with T.init():
                    C[vi, vj] = T.float32(0.0)
                C[vi, vj] = C[vi, vj] + A_shared[vi, vj, vr]
