# from tvm.script import tir as T

@T.prim_func
def main(A: T.Buffer((16, 24), "float32"), B: T.Buffer((24, 8), "float32"), D: T.Buffer((16, 8), "float32")):
    T.func_attr({"tir.noalias": T.bool(True)})
    # with T.block("root"):
    C = T.alloc_buffer((16, 8))
    for m, n, k in T.grid(16, 8, 24):
        with T.block("C"):
            v_m, v_n, v_k = T.axis.remap("SSR", [m, n, k])
            T.reads(A[v_m, v_k], B[v_k, v_n])
            T.writes(C[v_m, v_n])
            with T.init():
                C[v_m, v_n] = T.float32(0.0)
            C[v_m, v_n] = C[v_m, v_n] + A[v_m, v_k] * B[v_k, v_n]
    for i, j in T.grid(16, 8):
        with T.block("D"):
            v_i, v_j = T.axis.remap("SS", [i, j])
            T.reads(C[v_i, v_j])
            T.writes(D[v_i, v_j])
            D[v_i, v_j] = T.max(C[v_i, v_j], T.float32(0.0))
