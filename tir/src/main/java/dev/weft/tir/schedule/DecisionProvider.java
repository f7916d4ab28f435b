package dev.weft.tir.schedule;

import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.TraceValue;
import org.jspecify.annotations.Nullable;

/** Says what the sampling instructions of a trace choose when it is replayed. */
@FunctionalInterface
public interface DecisionProvider {
  /**
   * The decision for one instruction.
   *
   * @param position of the instruction in the trace
   * @param step the instruction
   * @param recorded what the trace says; null if it has no decision
   * @return the decision; null to draw anew
   */
  @Nullable TraceValue decide(int position, Instruction step, @Nullable TraceValue recorded);
}
