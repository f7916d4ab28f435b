package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tir.PrimFunc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What people read when a primitive refuses: for each primitive, the refusals of its case folders
 * are in {@code refusals/PRIMITIVE.txt}, as {@link ScheduleException#render} has them. {@code
 * -Dweft.updateGolden=true} writes these files. Every line of the schedule that refuses is there at
 * least once.
 */
final class RefusalsTest {
  private static final boolean UPDATE = Boolean.getBoolean("weft.updateGolden");
  private static final Path GOLDEN = Path.of("src", "test", "resources", "refusals");

  /** The refusals of all cases, by name, and those of steps that no trace can have. */
  private static final Map<String, ScheduleException> ALL = all();

  private static ScheduleException refusal(String name, Runnable steps) {
    try {
      steps.run();
    } catch (ScheduleException e) {
      return e;
    }
    throw new AssertionError(name + " is accepted");
  }

  private static Map<String, ScheduleException> all() {
    Map<String, ScheduleException> result = new LinkedHashMap<>();
    for (Path folder : CaseReport.folders(TraceCasesTest.ROOT)) {
      if (Files.exists(folder.resolve("error"))) {
        TraceCase one = TraceCase.read(folder);
        ReplayOptions options = ReplayOptions.DEFAULT.with(one.intrinsics());
        String name = folder.getFileName().toString();
        result.put(name, refusal(name, () -> one.schedule().replay(one.trace(), options)));
      }
    }
    Schedule schedule = Schedule.of(Programs.matmul(8));
    result.put("work_on_no_function", refusal("workOn", () -> schedule.workOn("other")));
    PrimFunc matmul = Programs.matmul(8);
    Schedule other = Schedule.of(matmul);
    LoopRef loop = other.getLoops(other.getBlock("C")).getFirst();
    result.put(
        "handle_of_other_schedule", refusal("parallel", () -> Schedule.of(matmul).parallel(loop)));
    return result;
  }

  /** By primitive: the refusals, each under its name. */
  private static Map<String, List<String>> refusals() {
    Map<String, List<String>> result = new TreeMap<>();
    ALL.forEach(
        (name, e) ->
            result
                .computeIfAbsent(e.primitive(), key -> new ArrayList<>())
                .add("== " + name + "\n" + e.render()));
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
  void everyPlaceThatRefusesDoesSoInACase() {
    Set<String> missing = RefusalPlaces.all();
    ALL.values().forEach(refusal -> missing.removeAll(RefusalPlaces.of(refusal)));
    assertThat(missing)
        .as("lines that refuse in no case: add a folder to src/test/resources/cases")
        .isEmpty();
  }

  /** Reasons that are worked out elsewhere than where the primitive refuses. */
  @Test
  void everyViolationIsTheReasonOfACase() {
    List<String> reasons = ALL.values().stream().map(ScheduleException::reason).toList();
    for (String part : RefusalPlaces.textsOf(BlockKinds.class, Pipelines.class)) {
      assertThat(reasons).anySatisfy(reason -> assertThat(reason).contains(part));
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
