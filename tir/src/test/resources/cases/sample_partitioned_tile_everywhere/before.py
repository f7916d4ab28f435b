# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((12, 20), "int32"), E: T.Buffer((12, 20), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((12, 20), "int32")
        C = T.alloc_buffer((12, 20), "int32")
        D = T.alloc_buffer((12, 20), "int32")
        for i, j in T.grid(12, 20):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj] * 2
        for i, j in T.grid(12, 20):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj] + 1
        for i, j in T.grid(12, 20):
            with T.block("D"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi, vj])
                T.writes(D[vi, vj])
                D[vi, vj] = B[vi, vj] - 3
        for i, j in T.grid(12, 20):
            with T.block("E"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(C[vi, vj], D[vi, vj])
                T.writes(E[vi, vj])
                E[vi, vj] = C[vi, vj] * D[vi, vj]
