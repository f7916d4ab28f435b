# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A_handle: T.handle, C: T.Buffer((64, 64), "float32")):
        A = T.match_buffer(A_handle, (64, 64), axis_separators=[1])
        # with T.block("root"):
        for i, j in T.grid(64, 64):
            with T.block("up"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(A[vi, vj])
                A[vi, vj] = A[vi, vj] + T.float32(1.0)
        for i, j in T.grid(64, 64):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = A[vi, vj] * T.float32(2.0)
