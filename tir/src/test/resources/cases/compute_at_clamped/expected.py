# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((16,), "int32"), C: T.Buffer((16,), "int32")):
        # with T.block("root"):
        B = T.alloc_buffer((16,), "int32")
        for i in range(16):
            for ax0 in range(T.max(T.min(T.max(i - 1, 0), T.min(i + 1, 15)), T.max(i - 1, T.min(i + 1, 15))) + 1 - T.min(T.min(T.max(i - 1, 0), T.min(i + 1, 15)), T.max(i - 1, T.min(i + 1, 15)))):
                with T.block("B"):
                    vi = T.axis.spatial(16, T.min(T.min(T.max(i - 1, 0), T.min(i + 1, 15)), T.max(i - 1, T.min(i + 1, 15))) + ax0)
                    T.reads(A[vi])
                    T.writes(B[vi])
                    B[vi] = A[vi] * 2
            with T.block("C"):
                vi = T.axis.spatial(16, i)
                T.reads(B[T.min(T.max(vi - 1, 0), T.min(vi + 1, 15)):T.min(T.max(vi - 1, 0), T.min(vi + 1, 15)) + (T.max(T.max(vi - 1, T.min(vi + 1, 15)), 0) + 1 - T.min(T.max(vi - 1, 0), T.min(vi + 1, 15)))])
                T.writes(C[vi])
                C[vi] = B[T.max(vi - 1, 0)] + B[T.min(vi + 1, 15)]
