package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.lowering.Lowering;
import dev.weft.lowering.simt.SimtChecks;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;
import org.junit.jupiter.api.Test;

class ReuseSharedMemoryTest {
  private static final Target TARGET = Target.parse("simt");

  private static PrimFunc kernel(String... lines) {
    return TvmScript.parseFunction(
        "@T.prim_func\ndef kernel(A: T.Buffer((256,), \"float32\"), B: T.Buffer((256,),"
            + " \"float32\")):\n    tx = T.launch_thread(\"threadIdx.x\", 64)\n    "
            + String.join("\n    ", lines)
            + "\n");
  }

  private static PrimFunc applied(PrimFunc before) {
    return new ReuseSharedMemory().apply(before, TARGET);
  }

  private static void assertUnchanged(String... lines) {
    PrimFunc before = kernel(lines);
    assertThat(StructuralEqual.check(applied(before), before)).isEmpty();
  }

  @Test
  void arraysThatFollowEachOtherShareTheLargerSize() {
    PrimFunc before =
        kernel(
            "with T.allocate([64], \"float32\", \"shared\") as first:",
            "    F = T.decl_buffer((64,), data=first, scope=\"shared\")",
            "    F[tx] = A[tx]",
            "    B[tx] = F[63 - tx]",
            "with T.allocate([128], \"float32\", \"shared\") as second:",
            "    S = T.decl_buffer((128,), data=second, scope=\"shared\")",
            "    S[tx + 64] = A[tx + 64]",
            "    B[tx + 64] = S[127 - tx]");
    PrimFunc after =
        kernel(
            "second = T.allocate([128], \"float32\", \"shared\")",
            "with T.decl_buffer((64,), data=second, scope=\"shared\") as F:",
            "    F[tx] = A[tx]",
            "    B[tx] = F[63 - tx]",
            "S = T.decl_buffer((128,), data=second, scope=\"shared\")",
            "S[tx + 64] = A[tx + 64]",
            "B[tx + 64] = S[127 - tx]");
    assertThat(StructuralEqual.check(applied(before), after)).isEmpty();
  }

  @Test
  void arraysOfOneScopeWhoseUsesDoNotOverlapShare() {
    PrimFunc before =
        kernel(
            "first = T.allocate([64], \"float32\", \"shared\")",
            "F = T.decl_buffer((64,), data=first, scope=\"shared\")",
            "second = T.allocate([64], \"float32\", \"shared\")",
            "S = T.decl_buffer((64,), data=second, scope=\"shared\")",
            "F[tx] = A[tx]",
            "B[tx] = F[63 - tx]",
            "S[tx] = A[tx + 64]",
            "B[tx + 64] = S[63 - tx]");
    assertThat(TvmScript.print(applied(before)).split("T.allocate", -1)).hasSize(2);
  }

  @Test
  void doesNotFireWhileBothAreInUse() {
    assertUnchanged(
        "first = T.allocate([64], \"float32\", \"shared\")",
        "F = T.decl_buffer((64,), data=first, scope=\"shared\")",
        "second = T.allocate([64], \"float32\", \"shared\")",
        "S = T.decl_buffer((64,), data=second, scope=\"shared\")",
        "F[tx] = A[tx]",
        "S[tx] = A[tx + 64]",
        "B[tx] = F[63 - tx] + S[63 - tx]");
  }

  @Test
  void doesNotFireWhereALoopComesBack() {
    assertUnchanged(
        "first = T.allocate([64], \"float32\", \"shared\")",
        "F = T.decl_buffer((64,), data=first, scope=\"shared\")",
        "second = T.allocate([64], \"float32\", \"shared\")",
        "S = T.decl_buffer((64,), data=second, scope=\"shared\")",
        "F[tx] = A[tx]",
        "for k in range(2):",
        "    B[tx] = F[63 - tx]",
        "    S[tx] = A[tx + 64]",
        "    B[tx + 64] = S[63 - tx]");
  }

  private static final String[] TWO_TYPES = {
    "with T.allocate([64], \"float32\", \"shared\") as first:",
    "    F = T.decl_buffer((64,), data=first, scope=\"shared\")",
    "    F[tx] = A[tx]",
    "    B[tx] = F[63 - tx]",
    "with T.allocate([192], \"float16\", \"shared\") as second:",
    "    S = T.decl_buffer((192,), \"float16\", data=second, scope=\"shared\")",
    "    S[tx + 128] = T.Cast(\"float16\", A[tx])",
    "    B[tx + 64] = T.Cast(\"float32\", S[191 - tx])",
  };

  @Test
  void arraysOfDifferentTypesAreViewsOfOne() {
    PrimFunc after =
        kernel(
            "second = T.allocate([192], \"float16\", \"shared\")",
            "with T.decl_buffer((64,), \"float32\", data=second, scope=\"shared\") as F:",
            "    F[tx] = A[tx]",
            "    B[tx] = F[63 - tx]",
            "S = T.decl_buffer((192,), \"float16\", data=second, scope=\"shared\")",
            "S[tx + 128] = T.Cast(\"float16\", A[tx])",
            "B[tx + 64] = T.Cast(\"float32\", S[191 - tx])");
    PrimFunc actual = applied(kernel(TWO_TYPES));
    assertThat(StructuralEqual.check(actual, after)).as(TvmScript.print(actual)).isEmpty();
    // The second is filled while others may still read the first: a barrier more than their own.
    String synced = TvmScript.print(new InsertBarriers().apply(actual, TARGET));
    assertThat(synced.split("tvm_storage_sync", -1)).as(synced).hasSize(1 + 3);
  }

  @Test
  void doesNotFireAcrossTypesOnTheJvmNorAcrossBranches() {
    PrimFunc before = kernel(TWO_TYPES);
    PrimFunc onJvm = new ReuseSharedMemory().apply(before, Target.parse("jvm"));
    assertThat(StructuralEqual.check(onJvm, before)).isEmpty();
    assertUnchanged(
        "if tx < 32:",
        "    first = T.allocate([64], \"float32\", \"shared\")",
        "    F = T.decl_buffer((64,), data=first, scope=\"shared\")",
        "    F[tx] = A[tx]",
        "    B[tx] = F[tx]",
        "else:",
        "    second = T.allocate([64], \"float32\", \"shared\")",
        "    S = T.decl_buffer((64,), data=second, scope=\"shared\")",
        "    S[tx] = A[tx]",
        "    B[tx] = S[tx]");
  }

  @Test
  void barriersKeepTheUsersApart() {
    PrimFunc function =
        TvmScript.parseFunction(
            """
            @T.prim_func
            def twice(A: T.Buffer((64,), "float32"), B: T.Buffer((64,), "float32"),
                      C: T.Buffer((64,), "float32")):
                S = T.alloc_buffer((64,), "float32", scope="shared")
                R = T.alloc_buffer((64,), "float32", scope="shared")
                for i in T.thread_binding(1, thread="blockIdx.x"):
                    for j in T.thread_binding(64, thread="threadIdx.x"):
                        with T.block("S"):
                            vj = T.axis.spatial(64, j)
                            S[vj] = A[vj]
                    for j in T.thread_binding(64, thread="threadIdx.x"):
                        with T.block("B"):
                            vj = T.axis.spatial(64, j)
                            B[vj] = S[63 - vj]
                    for j in T.thread_binding(64, thread="threadIdx.x"):
                        with T.block("R"):
                            vj = T.axis.spatial(64, j)
                            R[vj] = A[vj] * T.float32(2)
                    for j in T.thread_binding(64, thread="threadIdx.x"):
                        with T.block("C"):
                            vj = T.axis.spatial(64, j)
                            C[vj] = R[63 - vj]
            """);
    String text = TvmScript.print(Lowering.lower(function, TARGET).launches().getFirst().kernel());
    assertThat(text.split("T.allocate", -1)).hasSize(2);
    assertThat(text.split("tvm_storage_sync", -1)).hasSize(1 + 3);
    assertThat(SimtChecks.problems(function, function, TARGET)).isEmpty();
  }
}
