package dev.weft.tir.schedule.trace;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was done to a module.
 *
 * @param instructions the steps, in order
 * @param decisions what the sampling instructions chose, by the instruction's position
 */
public record Trace(List<Instruction> instructions, Map<Integer, TraceValue> decisions) {
  /** Copies the collections. */
  public Trace {
    instructions = List.copyOf(instructions);
    decisions = Collections.unmodifiableMap(new TreeMap<>(decisions));
  }

  /** The trace with another decision at one sampling instruction. */
  public Trace withDecision(int instruction, TraceValue decision) {
    Map<Integer, TraceValue> changed = new TreeMap<>(decisions);
    changed.put(instruction, decision);
    return new Trace(instructions, changed);
  }

  /** The first {@code count} instructions with their decisions. */
  public Trace first(int count) {
    Map<Integer, TraceValue> kept = new TreeMap<>(decisions);
    kept.keySet().removeIf(instruction -> instruction >= count);
    return new Trace(instructions.subList(0, count), kept);
  }
}
