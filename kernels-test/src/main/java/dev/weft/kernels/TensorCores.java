package dev.weft.kernels;

import dev.weft.tir.schedule.TensorIntrin;
import dev.weft.tir.schedule.TensorIntrins;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the tensor cores of NVIDIA GPUs do, a warp at a time, with tiles of 16 by 16 elements in
 * fragments: load float16 from shared memory, multiply and add in float32, store to global memory
 * (CUDA C++ Programming Guide, "Warp Matrix Functions").
 *
 * <p>In the programs here a fragment is a buffer of a {@code wmma} scope as large as the matrix; an
 * instruction names a tile in it by its number, counting tiles of 256 elements.
 */
public final class TensorCores {
  private static final Operand SUMS = new Operand("C", "float32", "wmma.accumulator");

  /** Loads a tile of the left factor. */
  public static final TensorIntrin LOAD_A = load("wmma_load_a", "wmma.matrix_a", "row_major");

  /** Loads a tile of the right factor, transposed. */
  public static final TensorIntrin LOAD_B = load("wmma_load_b", "wmma.matrix_b", "col_major");

  /** Sets a tile of sums to 0. */
  public static final TensorIntrin FILL =
      intrinsic(
          "wmma_fill",
          List.of(),
          SUMS,
          """
          for i, j in T.grid(16, 16):
              with T.block("fill"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  C[vi, vj] = T.float32(0)
          """,
          "T.evaluate(T.tvm_fill_fragment(C.data, 16, 16, 16, %s, T.float32(0)))\n"
              .formatted(tile("C")));

  /** Adds the product of two tiles, the right one transposed. */
  public static final TensorIntrin MULTIPLY =
      intrinsic(
          "wmma_sync",
          List.of(
              SUMS,
              new Operand("A", "float16", "wmma.matrix_a"),
              new Operand("B", "float16", "wmma.matrix_b")),
          SUMS,
          """
          for i, j, k in T.grid(16, 16, 16):
              with T.block("multiply"):
                  vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                  C[vi, vj] += T.cast(A[vi, vk], "float32") * T.cast(B[vj, vk], "float32")
          """,
          "T.evaluate(T.tvm_mma_sync(C.data, %1$s, A.data, %2$s, B.data, %3$s, C.data, %1$s))\n"
              .formatted(tile("C"), tile("A"), tile("B")));

  /** Stores a tile of sums. */
  public static final TensorIntrin STORE =
      intrinsic(
          "wmma_store",
          List.of(SUMS),
          new Operand("D", "float32", "global"),
          """
          for i, j in T.grid(16, 16):
              with T.block("store"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  D[vi, vj] = C[vi, vj]
          """,
          """
          T.evaluate(T.tvm_store_matrix_sync(
              C.data, 16, 16, 16, %s, D.access_ptr("w"), D_s0, "row_major"))
          """
              .formatted(tile("C")));

  /** All of them. */
  public static final TensorIntrins ALL = TensorIntrins.of(LOAD_A, LOAD_B, FILL, MULTIPLY, STORE);

  private TensorCores() {}

  private static TensorIntrin load(String name, String scope, String order) {
    return intrinsic(
        name,
        List.of(new Operand("S", "float16", "shared")),
        new Operand("F", "float16", scope),
        """
        for i, j in T.grid(16, 16):
            with T.block("load"):
                vi, vj = T.axis.remap("SS", [i, j])
                F[vi, vj] = S[vi, vj]
        """,
        """
        T.evaluate(T.tvm_load_matrix_sync(
            F.data, 16, 16, 16, %s, S.access_ptr("r"), S_s0, "%s"))
        """
            .formatted(tile("F"), order));
  }

  /** The number of a fragment's tile. */
  private static String tile(String buffer) {
    return "%1$s.elem_offset // 256 + %1$s.elem_offset %% 256 // 16".formatted(buffer);
  }

  /** A tile that an instruction reads or writes. */
  private record Operand(String name, String dtype, String scope) {
    String parameter() {
      return name.toLowerCase(Locale.ROOT) + ": T.handle";
    }

    String region() {
      return name + "[0:16, 0:16]";
    }

    List<String> declaration(boolean strides) {
      List<String> lines = new ArrayList<>();
      if (strides) {
        lines.add("%1$s_s0 = T.int32()".formatted(name));
        lines.add("%1$s_s1 = T.int32()".formatted(name));
      }
      lines.add(
          "%s = T.match_buffer(%s, (16, 16), \"%s\", offset_factor=16, scope=\"%s\"%s)"
              .formatted(
                  name,
                  name.toLowerCase(Locale.ROOT),
                  dtype,
                  scope,
                  strides ? ", strides=[%1$s_s0, %1$s_s1]".formatted(name) : ""));
      return lines;
    }
  }

  /**
   * An intrinsic from the statements of its two functions, whose strides are {@code X_s0} and
   * {@code X_s1} for an operand X.
   */
  private static TensorIntrin intrinsic(
      String name, List<Operand> reads, Operand writes, String computes, String does) {
    return new TensorIntrin(
        name,
        TvmScript.parseFunction(function(name, reads, writes, false, computes)),
        TvmScript.parseFunction(function(name, reads, writes, true, does)));
  }

  private static String function(
      String name, List<Operand> reads, Operand writes, boolean strides, String body) {
    List<Operand> operands = new ArrayList<>(reads);
    // A tile that is added to is read too; it stays one operand.
    operands.remove(writes);
    operands.add(writes);
    StringBuilder text = new StringBuilder();
    text.append("@T.prim_func\ndef ").append(name).append("(");
    text.append(String.join(", ", operands.stream().map(Operand::parameter).toList()));
    text.append("):\n");
    for (Operand operand : operands) {
      operand.declaration(strides).forEach(line -> text.append("    ").append(line).append("\n"));
    }
    text.append("    with T.block(\"root\"):\n        T.reads(");
    text.append(String.join(", ", reads.stream().map(Operand::region).toList()));
    text.append(")\n        T.writes(").append(writes.region()).append(")\n");
    return text.append(body.indent(8)).toString();
  }
}
