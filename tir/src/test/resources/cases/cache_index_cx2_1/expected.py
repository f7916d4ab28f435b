# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((1, 3, 40, 40), "float32"), C: T.Buffer((1, 3, 80, 80), "float32")):
        # with T.block("root"):
        index_var_0 = T.alloc_buffer((80,), "int32", strides=(1,))
        index_var_1 = T.alloc_buffer((80,), "int32", strides=(1,))
        for ax0 in range(80):
            with T.block("index_0"):
                v0 = T.axis.spatial(80, ax0)
                T.reads()
                T.writes(index_var_0[v0])
                index_var_0[v0] = T.max(T.min(T.Div(v0, 2), 39), 0)
        for ax0 in range(80):
            with T.block("index_1"):
                v0 = T.axis.spatial(80, ax0)
                T.reads()
                T.writes(index_var_1[v0])
                index_var_1[v0] = T.max(T.min(T.Div(v0, 2), 39), 0)
        for i0, i1, i2, i3 in T.grid(1, 3, 80, 80):
            with T.block("resize"):
                v0, v1, v2, v3 = T.axis.remap("SSSS", [i0, i1, i2, i3])
                T.reads(A[v0, v1, 0:40, 0:40])
                T.writes(C[v0, v1, v2, v3])
                C[v0, v1, v2, v3] = A[v0, v1, index_var_0[v2], index_var_1[v3]]
