# from tvm.script import tir as T

@T.prim_func
def d(s: T.handle, f: T.handle):
    S = T.match_buffer(s, (16, 16), align=128, offset_factor=1)
    F = T.match_buffer(f, (16, 16), align=128, offset_factor=1)
    with T.block("root"):
        T.reads(S[0:16, 0:16])
        T.writes(F[0:16, 0:16])
        T.call_extern("int32", "copy", T.tvm_access_ptr(T.type_annotation("float32"), F.data, F.elem_offset, 256, 2), T.tvm_access_ptr(T.type_annotation("float32"), S.data, S.elem_offset, 256, 1))
