# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((6, 18), "float32"), B: T.Buffer((6,), "float32")):
        # with T.block("root"):
        B_rf = T.alloc_buffer((5, 6))
        for i, ko, ki in T.grid(6, 4, 5):
            with T.block("B_rf"):
                vki, vi, vko = T.axis.remap("SSR", [ki, i, ko])
                T.where(ko * 5 + ki < 18)
                T.reads(A[vi, vko * 5 + vki])
                T.writes(B_rf[vki, vi])
                with T.init():
                    B_rf[vki, vi] = T.float32(340282346638528859811704183484516925440.0)
                B_rf[vki, vi] = T.min(B_rf[vki, vi], A[vi, vko * 5 + vki])
        for i, ki in T.grid(6, 5):
            with T.block("B"):
                vki, vi = T.axis.remap("RS", [ki, i])
                T.reads(B_rf[vki, vi])
                T.writes(B[vi])
                with T.init():
                    B[vi] = T.float32(340282346638528859811704183484516925440.0)
                B[vi] = T.min(B[vi], B_rf[vki, vi])
