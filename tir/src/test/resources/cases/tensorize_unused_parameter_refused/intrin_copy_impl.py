from tvm.script import tir as T

@T.prim_func
def main(A: T.Buffer((16,), "float32", offset_factor=1), B: T.Buffer((16,), "float32", offset_factor=1), X: T.Buffer((16,), "float32", offset_factor=1)) -> None:
    with T.block("root"):
        T.reads(A[0:16], X[0:16])
        T.writes(B[0:16])
        T.evaluate(T.call_extern("int32", "copy", A.data, B.data))
