# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(data: T.Buffer((64,), "float32"), C: T.Buffer((64,), "float32")):
        # with T.block("root"):
        with T.block("whole"):
            T.reads(data[0:64])
            T.writes(data[0:64])
            T.call_extern("int32", "f", data.data)
        for i in range(64):
            with T.block("C"):
                vi = T.axis.spatial(64, i)
                T.reads(data[vi])
                T.writes(C[vi])
                C[vi] = data[vi] * T.float32(2.0)
