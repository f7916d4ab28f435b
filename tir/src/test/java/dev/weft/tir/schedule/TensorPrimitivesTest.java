package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.InputException;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.verify.VerifyOptions;
import dev.weft.tir.script.TvmScript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Blocks of blocks, tensor intrinsics, and the primitives that move data between iterations. */
final class TensorPrimitivesTest {
  private static final List<String> VERIFIED =
      List.of(
          "blockize_",
          "merge_",
          "loop_partition_",
          "read_at_",
          "write_at_",
          "read_write_at_",
          "rolling_buffer_",
          "decompose_padding_");

  @TestFactory
  Stream<DynamicTest> acceptedCasesKeepTheResult() {
    return CaseReport.folders(TraceCasesTest.ROOT).stream()
        .filter(folder -> Files.exists(folder.resolve("expected.py")))
        .filter(folder -> VERIFIED.stream().anyMatch(folder.getFileName().toString()::startsWith))
        .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> run(folder)));
  }

  private static void run(Path folder) {
    TraceCase given = TraceCase.read(folder);
    Schedule schedule = Schedule.verifying(given.before(), VerifyOptions.DEFAULT);
    schedule.replay(given.trace());
    assertThat(schedule.unverified()).isEmpty();
  }

  // Tensor intrinsics.

  private static final PrimFunc COLUMNS_FIRST =
      TvmScript.parseFunction(
          """
          @T.prim_func
          def copy(a: T.handle, b: T.handle):
              s = T.int32()
              t = T.int32()
              A = T.match_buffer(a, (4, 4), "float32", offset_factor=1, strides=[s, 1])
              B = T.match_buffer(b, (4, 4), "float32", offset_factor=1, strides=[t, 1])
              with T.block("root"):
                  T.reads(A[0:4, 0:4])
                  T.writes(B[0:4, 0:4])
                  for j, i in T.grid(4, 4):
                      with T.block("copy"):
                          vj, vi = T.axis.remap("SS", [j, i])
                          B[vi, vj] = A[vi, vj]
          """);

  private static final PrimFunc COPY =
      TvmScript.parseFunction(
          """
          @T.prim_func
          def copy(a: T.handle, b: T.handle):
              A = T.match_buffer(a, (4, 4), "float32", offset_factor=1)
              B = T.match_buffer(b, (4, 4), "float32", offset_factor=1)
              with T.block("root"):
                  T.reads(A[0:4, 0:4])
                  T.writes(B[0:4, 0:4])
                  for i, j in T.grid(4, 4):
                      with T.block("copy"):
                          vi, vj = T.axis.remap("SS", [i, j])
                          B[vi, vj] = A[vi, vj]
          """);

  private static IRModule program(String value) {
    return TvmScript.parseModule(
        """
        @I.ir_module
        class Module:
            @T.prim_func
            def main(A: T.Buffer((16, 8), "float32"), B: T.Buffer((16, 8), "float32")):
                for i, j in T.grid(16, 8):
                    with T.block("B"):
                        vi, vj = T.axis.remap("SS", [i, j])
                        B[vi, vj] = %s
        """
            .formatted(value));
  }

  private static LoopRef tile(Schedule schedule) {
    List<LoopRef> loops = schedule.getLoops(schedule.getBlock("B"));
    List<LoopRef> i = schedule.split(loops.get(0), null, 4);
    List<LoopRef> j = schedule.split(loops.get(1), null, 4);
    schedule.reorder(i.get(0), j.get(0), i.get(1), j.get(1));
    return i.get(1);
  }

  @Test
  void anImplementationWithStridesComputesTheSame() {
    Schedule schedule = Schedule.verifying(program("A[vi, vj]"), VerifyOptions.DEFAULT);
    TensorIntrin intrin = new TensorIntrin("copy", COPY, COLUMNS_FIRST);
    schedule.tensorize(tile(schedule), intrin);
    assertThat(schedule.unverified()).isEmpty();
    assertThat(TvmScript.print(schedule.function())).contains("T.match_buffer(A[", "strides=(");
    Schedule again = Schedule.of(program("A[vi, vj]"));
    again.replay(schedule.trace(), ReplayOptions.DEFAULT.with(List.of(intrin)));
    assertThat(TvmScript.print(again.function())).isEqualTo(TvmScript.print(schedule.function()));
  }

  @Test
  void aMismatchSaysWhatWasExpectedAndWhatWasFound() {
    Schedule schedule = Schedule.of(program("A[vi, vj] * T.float32(2)"));
    LoopRef loop = tile(schedule);
    TensorIntrin intrin = new TensorIntrin("copy", COPY, COLUMNS_FIRST);
    assertThatThrownBy(() -> schedule.tensorize(loop, intrin))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("does not compute what intrinsic 'copy' describes")
        .hasMessageContaining("expected A[vi, vj], found A[")
        .hasMessageContaining("block 'B' > body > value");
    assertThatThrownBy(() -> schedule.tensorize(schedule.getBlock("B"), intrin))
        .hasMessageContaining("extent of the region: expected B[0:4, 0:4], found B[vi, vj]")
        .isInstanceOf(ScheduleException.class);
  }

  @Test
  void aNameIsGivenOnce() {
    TensorIntrin intrin = new TensorIntrin("copy", COPY, COLUMNS_FIRST);
    TensorIntrins intrins = TensorIntrins.of(intrin);
    assertThatThrownBy(() -> intrins.with(new TensorIntrin("copy", COPY, COPY)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("there is an intrinsic of this name already");
    TensorIntrin other = new TensorIntrin("copy", COPY, COPY);
    assertThat(intrins.replacing(other).get("copy")).isSameAs(other);
    assertThat(intrins.get("copy")).isSameAs(intrin);
    assertThatThrownBy(() -> intrins.get("paste")).hasMessageContaining("there are [copy]");
  }

  /** The blocks that it makes hide what is accessed, so that nothing is moved past or into them. */
  @Test
  void noDataIsMovedAroundPartitions() {
    Schedule schedule = Schedule.of(program("A[vi, vj]"));
    BlockRef block = schedule.getBlock("B");
    List<LoopRef> parts = schedule.loopPartition(schedule.getLoops(block).get(1), 3, null);
    assertThat(parts).hasSize(2);
    BlockRef part = schedule.getBlock("B_j1");
    assertThatThrownBy(() -> schedule.cacheWrite(part, 0, "local"))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("does not state what the blocks within it access");
    assertThatThrownBy(() -> schedule.writeAt(parts.get(1), part, 0, "local"))
        .isInstanceOf(ScheduleException.class);
  }

  // Epilogues of reductions.

  private static Schedule reduction(String neutral, String update, String epilogue) {
    return Schedule.verifying(
        TvmScript.parseModule(
            """
            @I.ir_module
            class Module:
                @T.prim_func
                def main(A: T.Buffer((6, 9), "float32"), E: T.Buffer((6,), "float32"),
                         D: T.Buffer((6,), "float32")):
                    C = T.alloc_buffer((6,), "float32")
                    for i, k in T.grid(6, 9):
                        with T.block("C"):
                            vi, vk = T.axis.remap("SR", [i, k])
                            with T.init():
                                C[vi] = %s
                            C[vi] = %s
                    for i in range(6):
                        with T.block("D"):
                            vi = T.axis.spatial(6, i)
                            D[vi] = %s
            """
                .formatted(neutral, update, epilogue)),
        VerifyOptions.DEFAULT);
  }

  private static final String ZERO = "T.float32(0)";
  private static final String SUM = "C[vi] + A[vi, vk]";
  private static final String LEAST = "T.float32(-3.4028234663852886e+38)";
  private static final String MAX = "T.max(C[vi], A[vi, vk])";

  private static void fuse(Schedule schedule) {
    schedule.fuseReductionEpilogue(schedule.getBlock("C"), schedule.getBlock("D"));
  }

  @Test
  void whatIsAddedToASumBeginsIt() {
    for (String epilogue :
        List.of("C[vi] + E[vi]", "E[vi] + C[vi]", "(C[vi] + E[vi]) + T.float32(1)")) {
      Schedule schedule = reduction(ZERO, SUM, epilogue);
      fuse(schedule);
      assertThat(schedule.unverified()).isEmpty();
      assertThat(TvmScript.print(schedule.function()))
          .contains("D[vi] = D[vi] + A[vi, vk]")
          .doesNotContain("alloc_buffer");
    }
  }

  @Test
  void theLimitOfAMaximumHoldsInEachStep() {
    Schedule schedule = reduction(LEAST, MAX, "T.min(T.max(C[vi], T.float32(0)), E[vi])");
    fuse(schedule);
    assertThat(schedule.unverified()).isEmpty();
    assertThat(TvmScript.print(schedule.function()))
        .contains("D[vi] = T.min(T.max(T.max(D[vi], A[vi, vk]), T.float32(0.0)), E[vi])");
  }

  @Test
  void whatWouldChangeTheResultIsRefused() {
    for (String epilogue :
        List.of(
            "T.max(C[vi], T.float32(0))",
            "C[vi] * T.float32(2)",
            "C[vi] + C[vi]",
            "C[vi] - E[vi]",
            "T.max(C[vi] + E[vi], T.float32(0))",
            "C[5 - vi]")) {
      Schedule schedule = reduction(ZERO, SUM, epilogue);
      assertThatThrownBy(() -> fuse(schedule)).as(epilogue).isInstanceOf(ScheduleException.class);
    }
    Schedule max = reduction(LEAST, MAX, "C[vi] + E[vi]");
    assertThatThrownBy(() -> fuse(max)).isInstanceOf(ScheduleException.class);
  }

  @Test
  void paddingThatCanBeDecomposed() {
    Schedule schedule =
        Schedule.of(TraceCase.read(TraceCasesTest.ROOT.resolve("decompose_padding_one")).before());
    BlockRef block = schedule.getBlock("P");
    LoopRef loop = schedule.getLoops(block).getFirst();
    assertThat(schedule.canDecomposePadding(block, loop)).isTrue();
    assertThat(schedule.trace().instructions()).hasSize(2);
    schedule.decomposePadding(block, loop);
    assertThat(schedule.canDecomposePadding(block, schedule.getLoops(block).getFirst())).isFalse();
  }
}
