package dev.weft.tir.schedule.trace;

import java.util.List;

/**
 * One step of a trace.
 *
 * @param kind the primitive, under TVM's name ({@code CacheRead})
 * @param inputs handles and values
 * @param attrs what is fixed about the step
 * @param outputs the names of what it made
 */
public record Instruction(
    String kind, List<TraceValue> inputs, List<TraceValue> attrs, List<String> outputs) {
  /** Copies the lists. */
  public Instruction {
    inputs = List.copyOf(inputs);
    attrs = List.copyOf(attrs);
    outputs = List.copyOf(outputs);
  }

  /** Whether the step draws something, so that it has a decision. */
  public boolean isSampling() {
    return kind.startsWith("Sample");
  }

  /** Whether the step changes nothing: it finds blocks and loops, or draws. */
  public boolean isPure() {
    return isSampling() || kind.startsWith("Get");
  }
}
