# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((127, 33), "float32"), B: T.Buffer((33, 65), "float32"), C: T.Buffer((127, 65), "float32")):
        # with T.block("root"):
        C_pad = T.alloc_buffer((128, 80))
        for i, j in T.grid(128, 80):
            with T.block("C_init"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads()
                T.writes(C_pad[vi, vj])
                C_pad[vi, vj] = T.float32(0.0)
            for k in range(33):
                with T.block("C_update"):
                    vi = T.axis.spatial(127, i)
                    vj = T.axis.spatial(65, j)
                    vk = T.axis.reduce(33, k)
                    T.reads(C_pad[vi, vj], A[vi, vk], B[vk, vj])
                    T.writes(C_pad[vi, vj])
                    C_pad[vi, vj] = C_pad[vi, vj] + A[vi, vk] * B[vk, vj]
        for i0, i1 in T.grid(127, 65):
            with T.block("C_pad"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(C_pad[v0, v1])
                T.writes(C[v0, v1])
                C[v0, v1] = C_pad[v0, v1]
