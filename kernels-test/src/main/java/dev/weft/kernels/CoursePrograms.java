package dev.weft.kernels;

import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;

/**
 * The programs that the course on tensor compilers is about, as TVMScript: what the schedules of
 * {@link VectorAdd}, {@link WindowSum}, {@link Matmul}, {@link MatmulRelu} and their like start
 * from. A text that was written for TVM is read as it is.
 */
public final class CoursePrograms {
  private CoursePrograms() {}

  /** Chapter 2: {@code C = A + B} for vectors of {@code n} float32. */
  public static IRModule vectorAdd(int n) {
    return TvmScript.parseModule(
        """
        @tvm.script.ir_module
        class MyModule:
            @T.prim_func
            def main(A: T.Buffer((128,), "float32"),
                     B: T.Buffer((128,), "float32"),
                     C: T.Buffer((128,), "float32")):
                T.func_attr({"global_symbol": "main", "tir.noalias": True})
                for i in range(128):
                    with T.block("C"):
                        vi = T.axis.spatial(128, i)
                        C[vi] = A[vi] + B[vi]
        """
            .replace("128", Integer.toString(n)));
  }

  /** Chapter 3: {@code C = max(A · B, 0)} of 128×128 matrices, with every axis declared. */
  public static IRModule matmulRelu() {
    return TvmScript.parseModule(
        """
        @tvm.script.ir_module
        class MyModule:
            @T.prim_func
            def mm_relu(A: T.Buffer((128, 128), "float32"),
                        B: T.Buffer((128, 128), "float32"),
                        C: T.Buffer((128, 128), "float32")):
                T.func_attr({"global_symbol": "mm_relu", "tir.noalias": True})
                Y = T.alloc_buffer((128, 128), dtype="float32")
                for i, j, k in T.grid(128, 128, 128):
                    with T.block("Y"):
                        vi = T.axis.spatial(128, i)
                        vj = T.axis.spatial(128, j)
                        vk = T.axis.reduce(128, k)
                        with T.init():
                            Y[vi, vj] = T.float32(0)
                        Y[vi, vj] = Y[vi, vj] + A[vi, vk] * B[vk, vj]
                for i, j in T.grid(128, 128):
                    with T.block("C"):
                        vi = T.axis.spatial(128, i)
                        vj = T.axis.spatial(128, j)
                        C[vi, vj] = T.max(Y[vi, vj], T.float32(0))
        """);
  }

  /** Chapter 3: {@link #matmulRelu} with the axes in short form. */
  public static IRModule matmulReluInShort() {
    return TvmScript.parseModule(
        """
        @tvm.script.ir_module
        class MyModuleWithAxisRemapSugar:
            @T.prim_func
            def mm_relu(A: T.Buffer((128, 128), "float32"),
                        B: T.Buffer((128, 128), "float32"),
                        C: T.Buffer((128, 128), "float32")):
                T.func_attr({"global_symbol": "mm_relu", "tir.noalias": True})
                Y = T.alloc_buffer((128, 128), dtype="float32")
                for i, j, k in T.grid(128, 128, 128):
                    with T.block("Y"):
                        vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                        with T.init():
                            Y[vi, vj] = T.float32(0)
                        Y[vi, vj] = Y[vi, vj] + A[vi, vk] * B[vk, vj]
                for i, j in T.grid(128, 128):
                    with T.block("C"):
                        vi, vj = T.axis.remap("SS", [i, j])
                        C[vi, vj] = T.max(Y[vi, vj], T.float32(0))
        """);
  }

  /** Chapter 3: a module of two functions, {@code mm} and {@code relu}. */
  public static IRModule matmulThenRelu() {
    return TvmScript.parseModule(
        """
        @tvm.script.ir_module
        class MyModuleWithTwoFunctions:
            @T.prim_func
            def mm(A: T.Buffer((128, 128), "float32"),
                   B: T.Buffer((128, 128), "float32"),
                   Y: T.Buffer((128, 128), "float32")):
                T.func_attr({"global_symbol": "mm", "tir.noalias": True})
                for i, j, k in T.grid(128, 128, 128):
                    with T.block("Y"):
                        vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                        with T.init():
                            Y[vi, vj] = T.float32(0)
                        Y[vi, vj] = Y[vi, vj] + A[vi, vk] * B[vk, vj]

            @T.prim_func
            def relu(A: T.Buffer((128, 128), "float32"),
                     B: T.Buffer((128, 128), "float32")):
                T.func_attr({"global_symbol": "relu", "tir.noalias": True})
                for i, j in T.grid(128, 128):
                    with T.block("B"):
                        vi, vj = T.axis.remap("SS", [i, j])
                        B[vi, vj] = T.max(A[vi, vj], T.float32(0))
        """);
  }

  /** Chapters 2, 5 and 7: {@code C = A · B} of {@code n} by {@code n} matrices. */
  public static PrimFunc matmul(int n) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def main(A: T.Buffer((%1$d, %1$d), "float32"),
                 B: T.Buffer((%1$d, %1$d), "float32"),
                 C: T.Buffer((%1$d, %1$d), "float32")):
            T.func_attr({"global_symbol": "main", "tir.noalias": True})
            for i, j, k in T.grid(%1$d, %1$d, %1$d):
                with T.block("C"):
                    vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                    with T.init():
                        C[vi, vj] = T.float32(0)
                    C[vi, vj] = C[vi, vj] + A[vi, vk] * B[vk, vj]
        """
            .formatted(n));
  }

  /** Chapter 7: each of 1024 results is the sum of three neighbours. */
  public static PrimFunc windowSum() {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def main(A: T.Buffer((1027,), "float32"), B: T.Buffer((1024,), "float32")):
            T.func_attr({"global_symbol": "main", "tir.noalias": True})
            for i in range(1024):
                with T.block("B"):
                    vi = T.axis.spatial(1024, i)
                    B[vi] = A[vi] + A[vi + 1] + A[vi + 2]
        """);
  }

  /** Chapter 8: {@code C = A · Bᵀ} of {@code n} by {@code n} matrices. */
  public static PrimFunc matmulTransposed(int n) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def main(A: T.Buffer((%1$d, %1$d), "float32"),
                 B: T.Buffer((%1$d, %1$d), "float32"),
                 C: T.Buffer((%1$d, %1$d), "float32")):
            T.func_attr({"global_symbol": "main", "tir.noalias": True})
            for i, j, k in T.grid(%1$d, %1$d, %1$d):
                with T.block("matmul"):
                    vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                    with T.init():
                        C[vi, vj] = T.float32(0)
                    C[vi, vj] += A[vi, vk] * B[vj, vk]
        """
            .formatted(n));
  }

  /**
   * Chapter 8: {@link #matmulTransposed} of {@code 16 tiles} by {@code 16 tiles} matrices, with a
   * block around each product of 16 by 16 tiles that hides its loops.
   */
  public static PrimFunc matmulOfTiles(int tiles) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def main(A: T.Buffer((%1$d, %1$d), "float32"),
                 B: T.Buffer((%1$d, %1$d), "float32"),
                 C: T.Buffer((%1$d, %1$d), "float32")):
            T.func_attr({"global_symbol": "main", "tir.noalias": True})
            for i0, j0, k0 in T.grid(%2$d, %2$d, %2$d):
                with T.block("tmm-16x16"):
                    vi0, vj0, vk0 = T.axis.remap("SSR", [i0, j0, k0])
                    with T.init():
                        for i1, j1 in T.grid(16, 16):
                            with T.block("tmm_init"):
                                vi1, vj1 = T.axis.remap("SS", [i1, j1])
                                C[vi0 * 16 + vi1, vj0 * 16 + vj1] = T.float32(0)
                    for i1, j1, k1 in T.grid(16, 16, 16):
                        with T.block("tmm"):
                            vi1, vj1, vk1 = T.axis.remap("SSR", [i1, j1, k1])
                            C[vi0 * 16 + vi1, vj0 * 16 + vj1] += \
                                A[vi0 * 16 + vi1, vk0 * 16 + vk1] * B[vj0 * 16 + vj1, vk0 * 16 + vk1]
        """
            .formatted(16 * tiles, tiles));
  }
}
