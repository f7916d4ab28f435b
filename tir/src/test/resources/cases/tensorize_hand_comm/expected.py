# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 16), "float32"), B: T.Buffer((64, 16), "float32")):
        # with T.block("root"):
        for i0 in range(4):
            with T.block("o"):
                v = T.axis.spatial(4, i0)
                T.reads(A[v * 16:v * 16 + 16, 0:16])
                T.writes(B[v * 16:v * 16 + 16, 0:16])
                A_1 = T.match_buffer(A[v * 16:v * 16 + 16, 0:16], (16, 16), strides=("A_s0", "A_s1"), offset_factor=16)
                B_1 = T.match_buffer(B[v * 16:v * 16 + 16, 0:16], (16, 16), offset_factor=16)
                for tx in T.thread_binding(32, thread="threadIdx.x"):
                    T.call_extern("handle", "copy", T.tvm_access_ptr(T.type_annotation("float32"), B_1.data, B_1.elem_offset, 256, 2), A_1.data, A_1.elem_offset, A_1.strides[0], A_1.strides[1], tx)
