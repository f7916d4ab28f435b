package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What people read when a primitive refuses: for each primitive, the refusals of its case folders
 * are in {@code refusals/PRIMITIVE.txt}, as {@link ScheduleException#render} has them. {@code
 * -Dweft.updateGolden=true} writes these files.
 */
final class RefusalsTest {
  private static final boolean UPDATE = Boolean.getBoolean("weft.updateGolden");
  private static final Path GOLDEN = Path.of("src", "test", "resources", "refusals");

  private static ScheduleException refusal(TraceCase one) {
    try {
      one.schedule().replay(one.trace(), ReplayOptions.DEFAULT.with(one.intrinsics()));
    } catch (ScheduleException e) {
      return e;
    }
    throw new AssertionError("accepted");
  }

  /** By primitive: the refusals of the cases, each under the case's name. */
  private static Map<String, List<String>> refusals() {
    Map<String, List<String>> result = new TreeMap<>();
    for (Path folder : CaseReport.folders(TraceCasesTest.ROOT)) {
      if (Files.exists(folder.resolve("error"))) {
        String name = folder.getFileName().toString();
        ScheduleException e = refusal(TraceCase.read(folder));
        result
            .computeIfAbsent(e.primitive(), key -> new ArrayList<>())
            .add("== " + name + "\n" + e.render());
      }
    }
    return result;
  }

  @TestFactory
  Stream<DynamicTest> eachPrimitiveSaysWhy() throws IOException {
    Map<String, List<String>> refusals = refusals();
    if (UPDATE) {
      Files.createDirectories(GOLDEN);
    }
    return refusals.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(),
                    () -> {
                      Path file = GOLDEN.resolve(entry.getKey() + ".txt");
                      String text = String.join("\n", entry.getValue());
                      if (UPDATE) {
                        Files.writeString(file, text);
                      }
                      assertThat(file).hasContent(text);
                    }));
  }

  @Test
  void noFileIsLeftOver() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      assertThat(files.map(file -> file.getFileName().toString().replace(".txt", "")))
          .containsExactlyInAnyOrderElementsOf(refusals().keySet());
    }
  }

  @Test
  void aRefusalShowsThePlaceWithoutInternalMarks() {
    Schedule schedule = Schedule.of(Programs.matmul(8));
    BlockRef block = schedule.getBlock("C");
    LoopRef k = schedule.getLoops(block).get(2);
    try {
      schedule.parallel(k);
    } catch (ScheduleException e) {
      assertThat(e.render())
          .doesNotContain("weft.schedule")
          .contains("with T.block(\"C\"):\n", "^^^^", "\nparallel was refused: axis ")
          .endsWith("is not spatial.\n");
      return;
    }
    throw new AssertionError("accepted");
  }
}
