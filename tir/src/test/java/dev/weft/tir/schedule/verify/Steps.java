package dev.weft.tir.schedule.verify;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.tir.IRModule;
import dev.weft.tir.analysis.WellFormed;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.script.TvmScript;
import java.util.List;
import java.util.function.Consumer;

/** Steps on functions given as text, each step run before and after. */
final class Steps {
  private Steps() {}

  /** A verifying schedule of a function: its parameters in the first line, then its body. */
  static Schedule schedule(String text) {
    List<String> lines = text.lines().toList();
    String body = String.join("\n", lines.subList(1, lines.size())).indent(4);
    String function = "@T.prim_func\ndef main(" + lines.getFirst() + "):\n" + body;
    return Schedule.verifying(
        IRModule.of("main", TvmScript.parseFunction(function)), VerifyOptions.DEFAULT);
  }

  /** One of the steps is refused, for a reason. */
  static void refused(String text, String reason, Consumer<Schedule> steps) {
    Schedule schedule = schedule(text);
    assertThatThrownBy(() -> steps.accept(schedule))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining(reason);
  }

  /** All steps are right. */
  static void right(String text, Consumer<Schedule> steps) {
    Schedule schedule = schedule(text);
    assertThatCode(() -> steps.accept(schedule)).doesNotThrowAnyException();
    assertThatCode(() -> WellFormed.check(schedule.function())).doesNotThrowAnyException();
  }

  /** A wrong step would end in another exception. */
  static void refusedOrRight(String text, Consumer<Schedule> steps) {
    Schedule schedule = schedule(text);
    try {
      steps.accept(schedule);
    } catch (ScheduleException e) {
      return;
    }
    assertThatCode(() -> WellFormed.check(schedule.function())).doesNotThrowAnyException();
  }
}
