package dev.weft.lowering.rules;

import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.target.Target;
import java.util.List;

/** A way to schedule blocks, recognised by what they do. */
public interface ScheduleRule {
  /** The name, for people. */
  String name();

  /**
   * Schedules the first pending block, and with it others that become part of its kernel.
   *
   * @param schedule the schedule; left as it was if the rule does not apply
   * @param pending the blocks directly below the function's root that no thread is bound around, in
   *     order; at least one
   * @param target what the code is for
   * @return whether the rule applies
   * @throws ScheduleException if a primitive refuses; the caller discards the schedule and tries
   *     the next rule on a fresh copy
   */
  boolean apply(Schedule schedule, List<BlockRef> pending, Target target);
}
