# from tvm.script import ir as I
# from tvm.script import tir as T

@I.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer((64, 64), "float32"), B: T.Buffer((64, 64), "float32"), C: T.Buffer((64, 64), "float32")):
        # with T.block("root"):
        A_shared = T.alloc_buffer((64, 64), scope="shared")
        A_shared_local = T.alloc_buffer((64, 64), scope="local")
        C_local = T.alloc_buffer((64, 64), scope="local")
        for i_0 in range(4):
            for ax0, ax1 in T.grid(16, 64):
                with T.block("A_shared"):
                    v0 = T.axis.spatial(64, i_0 * 16 + ax0)
                    v1 = T.axis.spatial(64, ax1)
                    T.reads(A[v0, v1])
                    T.writes(A_shared[v0, v1])
                    A_shared[v0, v1] = A[v0, v1]
            for ax0, ax1 in T.grid(16, 64):
                with T.block("A_shared_local"):
                    v0 = T.axis.spatial(64, i_0 * 16 + ax0)
                    v1 = T.axis.spatial(64, ax1)
                    T.reads(A_shared[v0, v1])
                    T.writes(A_shared_local[v0, v1])
                    A_shared_local[v0, v1] = A_shared[v0, v1]
            for i_1 in range(16):
                for j, k in T.grid(64, 64):
                    with T.block("C"):
                        vi = T.axis.spatial(64, i_0 * 16 + i_1)
                        vj, vk = T.axis.remap("SR", [j, k])
                        T.reads(A_shared_local[vi, vk], B[vk, vj])
                        T.writes(C_local[vi, vj])
                        with T.init():
                            C_local[vi, vj] = T.float32(0.0)
                        C_local[vi, vj] = C_local[vi, vj] + A_shared_local[vi, vk] * B[vk, vj]
                for ax0 in range(64):
                    with T.block("C_local"):
                        v0 = T.axis.spatial(64, i_0 * 16 + i_1)
                        v1 = T.axis.spatial(64, ax0)
                        T.reads(C_local[v0, v1])
                        T.writes(C[v0, v1])
                        C[v0, v1] = C_local[v0, v1]
