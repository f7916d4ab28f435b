from tvm.script import tir as T

@T.prim_func
def main(A: T.Buffer((16,), "float32", offset_factor=1), B: T.Buffer((16,), "float32", offset_factor=1)) -> None:
    with T.block("root"):
        T.reads(A[0:16])
        T.writes(B[0:16])
        for i in range(16):
            with T.block("copy"):
                vi = T.axis.spatial(16, i)
                B[vi] = A[vi]
