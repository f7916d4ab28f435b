# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16, 16), "int32"), C: T.Buffer((16, 16), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((16, 16), "int32")
        for i, j in T.grid(16, 16):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(B[vi, vj])
                B[vi, vj] = A[vi, vj] * 2
        for i, j in T.grid(16, 16):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[T.min(vi, 0):T.min(vi, 0) + (T.max(vi, 15) + 1 - T.min(vi, 0)), T.min(vj, 0):T.min(vj, 0) + (T.max(vj, 15) + 1 - T.min(vj, 0))])
                T.writes(C[vi, vj])
                C[vi, vj] = B[vi, vj] + T.call_extern("int32", "f", T.tvm_access_ptr(T.type_annotation("int32"), B.data, 0, 256, 1))
