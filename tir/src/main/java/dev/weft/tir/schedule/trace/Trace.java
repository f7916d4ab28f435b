package dev.weft.tir.schedule.trace;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was done to a module.
 *
 * @param instructions the steps, in order
 * @param decisions what the sampling instructions chose, by the instruction's position
 */
public record Trace(List<Instruction> instructions, Map<Integer, TraceValue> decisions) {
  private static final String POSTPROCESSING = "EnterPostproc";

  /** Nothing. */
  public static final Trace EMPTY = new Trace(List.of(), Map.of());

  /** Copies the collections. */
  public Trace {
    instructions = List.copyOf(instructions);
    decisions = Collections.unmodifiableMap(new TreeMap<>(decisions));
  }

  /** The trace with another decision at one sampling instruction. */
  public Trace withDecision(int instruction, TraceValue decision) {
    if (!instructions.get(instruction).isSampling()) {
      throw new IllegalArgumentException(
          instructions.get(instruction).kind() + " decides nothing that could be replaced");
    }
    Map<Integer, TraceValue> changed = new TreeMap<>(decisions);
    changed.put(instruction, decision);
    return new Trace(instructions, changed);
  }

  /** The trace with its decisions forgotten, so that a replay draws anew. */
  public Trace withoutDecisions() {
    return new Trace(instructions, Map.of());
  }

  /**
   * The trace and one more step.
   *
   * @param decision of a sampling step; null for none
   */
  public Trace append(Instruction step, @Nullable TraceValue decision) {
    List<Instruction> steps = new ArrayList<>(instructions);
    steps.add(step);
    Map<Integer, TraceValue> changed = new TreeMap<>(decisions);
    if (decision != null) {
      changed.put(instructions.size(), decision);
    }
    return new Trace(steps, changed);
  }

  /**
   * The trace without its last step.
   *
   * @throws IllegalStateException if there is none
   */
  public Trace pop() {
    if (instructions.isEmpty()) {
      throw new IllegalStateException("an empty trace has no last step");
    }
    return first(instructions.size() - 1);
  }

  /** The first {@code count} instructions with their decisions. */
  public Trace first(int count) {
    Map<Integer, TraceValue> kept = new TreeMap<>(decisions);
    kept.keySet().removeIf(instruction -> instruction >= count);
    return new Trace(instructions.subList(0, count), kept);
  }

  /** The trace up to where postprocessing begins; all of it where it doesn't. */
  public Trace withoutPostprocessing() {
    for (int i = 0; i < instructions.size(); i++) {
      if (instructions.get(i).kind().equals(POSTPROCESSING)) {
        return first(i);
      }
    }
    return this;
  }

  /**
   * The trace without dead code: steps that only find or draw something which nothing uses.
   *
   * @param dropPostprocessing whether to drop what comes after {@code EnterPostproc}, too
   */
  public Trace simplified(boolean dropPostprocessing) {
    Trace all = dropPostprocessing ? withoutPostprocessing() : this;
    Set<String> used = new HashSet<>();
    boolean[] live = new boolean[all.instructions.size()];
    for (int i = live.length - 1; i >= 0; i--) {
      Instruction step = all.instructions.get(i);
      live[i] = !step.isPure() || step.outputs().stream().anyMatch(used::contains);
      if (live[i]) {
        step.inputs().forEach(input -> collect(input, used));
      }
    }
    Trace result = EMPTY;
    for (int i = 0; i < live.length; i++) {
      if (live[i]) {
        result = result.append(all.instructions.get(i), all.decisions.get(i));
      }
    }
    return result;
  }

  private static void collect(TraceValue value, Set<String> names) {
    switch (value) {
      case TraceValue.Ref(String name) -> names.add(name);
      case TraceValue.Items(List<TraceValue> values) -> values.forEach(v -> collect(v, names));
      case TraceValue.Entries(Map<String, TraceValue> values) ->
          values.values().forEach(v -> collect(v, names));
      case TraceValue.Int v -> {}
      case TraceValue.Real v -> {}
      case TraceValue.Text v -> {}
      case TraceValue.None v -> {}
      case TraceValue.Indices v -> {}
    }
  }

  /**
   * The Java program that does the same: a class with a static method {@code apply(Schedule,
   * ReplayOptions)}.
   *
   * @param className the simple name of the class
   */
  public String toJava(String className) {
    return new TraceJava(this).print(className);
  }
}
