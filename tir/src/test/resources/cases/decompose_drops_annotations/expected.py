# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((32, 40), "float32"), B: T.Buffer((40, 24), "float32"), C: T.Buffer((32, 24), "float32")):
        # with T.block("root"):
        for i in range(32):
            for j_init in range(24):
                with T.block("C_init"):
                    vi, vj = T.axis.remap("SS", [i, j_init])
                    T.reads()
                    T.writes(C[vi, vj])
                    T.block_attr({"k": 1})
                    C[vi, vj] = T.float32(0.0)
            for j in T.serial(24, annotations={"hint": 2}):
                for k in range(40):
                    with T.block("C_update"):
                        vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                        T.reads(C[vi, vj], A[vi, vk], B[vk, vj])
                        T.writes(C[vi, vj])
                        T.block_attr({"k": 1})
                        C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vk, vj]
