# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(data: T.Buffer((64,), "float32"), C: T.Buffer((64,), "float32")):
        # with T.block("root"):
        data_local = T.alloc_buffer((64,), scope="local")
        for ax0 in range(64):
            with T.block("data_local"):
                v0 = T.axis.spatial(64, ax0)
                T.reads(data[v0])
                T.writes(data_local[v0])
                data_local[v0] = data[v0]
        with T.block("whole"):
            T.reads(data_local[0:64])
            T.writes(data_local[0:64])
            T.call_extern("int32", "f", data_local.data)
        for ax0 in range(64):
            with T.block("data_local"):
                v0 = T.axis.spatial(64, ax0)
                T.reads(data_local[v0])
                T.writes(data[v0])
                data[v0] = data_local[v0]
        for i in range(64):
            with T.block("C"):
                vi = T.axis.spatial(64, i)
                T.reads(data[vi])
                T.writes(C[vi])
                C[vi] = data[vi] * T.float32(2.0)
