package dev.weft.tir.schedule.fuzz;

import static org.assertj.core.api.Assertions.assertThatCode;

import dev.weft.tir.IRModule;
import dev.weft.tir.analysis.WellFormed;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.verify.VerifyOptions;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The functions that the fuzzer begins with are right themselves, and can be run. */
final class ScriptProgramsTest {
  static IntStream programs() {
    return IntStream.range(0, ScriptPrograms.count());
  }

  @ParameterizedTest
  @MethodSource("programs")
  void isWellFormedAndRuns(int which) {
    IRModule module = IRModule.of("main", ScriptPrograms.of(which, new SplittableRandom(which)));
    assertThatCode(() -> WellFormed.check(module.get("main"))).doesNotThrowAnyException();
    Schedule schedule = Schedule.verifying(module, VerifyOptions.DEFAULT);
    schedule.addUnitLoop(schedule.getChildBlocks(schedule.getBlock("root")).getFirst());
    Assertions.assertThat(schedule.unverified()).isEmpty();
  }
}
