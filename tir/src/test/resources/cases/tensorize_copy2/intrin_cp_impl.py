# from tvm.script import tir as T

@T.prim_func
def f(a: T.handle, b: T.handle):
    A = T.match_buffer(a, (16, 16), strides=("A_s0", "A_s1"), offset_factor=16)
    B = T.match_buffer(b, (16, 16), scope="shared", offset_factor=16)
    with T.block("root"):
        T.reads(A[0:16, 0:16])
        T.writes(B[0:16, 0:16])
        for tx in T.thread_binding(32, thread="threadIdx.x"):
            T.call_extern("handle", "copy", T.tvm_access_ptr(T.type_annotation("float32"), B.data, B.elem_offset, 256, 2), A.data, A.elem_offset, A.strides[0], A.strides[1], tx)
