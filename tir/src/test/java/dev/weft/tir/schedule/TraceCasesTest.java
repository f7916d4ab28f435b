package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tir.schedule.trace.Instruction;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The case folders under {@code cases}: what primitives do, and what they refuse. */
final class TraceCasesTest {
  static final Path ROOT = root();

  private static Path root() {
    URL folder = Objects.requireNonNull(TraceCasesTest.class.getResource("/cases"));
    try {
      return Path.of(new URI(folder.toString()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @TestFactory
  Stream<DynamicTest> eachCasePasses() {
    return CaseReport.folders(ROOT).stream()
        .map(
            folder ->
                DynamicTest.dynamicTest(
                    ROOT.relativize(folder).toString(),
                    folder.resolve("before.py").toUri(),
                    () -> {
                      TraceCase.Outcome outcome = CaseReport.run(folder);
                      assertThat(outcome.passed())
                          .as("%s: %s", outcome.status().text(), outcome.message())
                          .isTrue();
                    }));
  }

  @Test
  void aThirdAreRefusals() {
    List<Path> all = CaseReport.folders(ROOT);
    long refusals = all.stream().filter(f -> Files.exists(f.resolve("error"))).count();
    assertThat(refusals * 3).isGreaterThanOrEqualTo(all.size());
  }

  /** The instructions of TVM 0.18. */
  private static final String KINDS =
      """
      GetBlock GetLoops GetChildBlocks GetProducers GetConsumers GetOutputBlocks
      SamplePerfectTile SamplePartitionedTile SampleCategorical SampleComputeLocation
      Merge Fuse Split LoopPartition Reorder ReorderBlockIterVar AddUnitLoop Parallel
      Vectorize Unroll Bind CacheRead CacheWrite ReindexCacheRead ReindexCacheWrite
      CacheInplace CacheIndex ReIndex ReadAt WriteAt ComputeAt ReverseComputeAt
      ComputeInline ReverseComputeInline DecomposeReduction RFactor StorageAlign
      SetScope UnsafeSetDType Blockize Tensorize Annotate Unannotate TransformLayout
      TransformBlockLayout SetAxisSeparator DecomposePadding PadEinsum RollingBuffer
      UnsafeHideBufferAccess EnterPostproc
      """;

  /** Those that TVM 0.18 doesn't have. */
  private static final String NEWER_KINDS = "FuseReductionEpilogue AnnotateBufferAccess";

  /** A marker without arguments: nothing can be wrong with it. */
  private static final String NEVER_REFUSED = "EnterPostproc";

  private static String[] kinds() {
    return (KINDS.strip() + " " + NEWER_KINDS).split("\\s+");
  }

  @Test
  void everyKindOfInstructionIsAcceptedInACase() {
    Set<String> met = new HashSet<>();
    for (Path folder : CaseReport.folders(ROOT)) {
      List<Instruction> steps = TraceCase.read(folder).trace().instructions();
      boolean refused = Files.exists(folder.resolve("error"));
      steps
          .subList(0, refused ? steps.size() - 1 : steps.size())
          .forEach(step -> met.add(step.kind()));
    }
    assertThat(met).contains(kinds());
  }

  @Test
  void everyKindOfInstructionIsRefusedInACase() {
    Set<String> met = new HashSet<>(Set.of(NEVER_REFUSED));
    for (Path folder : CaseReport.folders(ROOT)) {
      if (Files.exists(folder.resolve("error"))) {
        met.add(TraceCase.read(folder).trace().instructions().getLast().kind());
      }
    }
    assertThat(met).contains(kinds());
  }
}
