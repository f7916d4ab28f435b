package dev.weft.runtime.plan;

import dev.weft.runtime.ProgramImage;
import java.util.List;

/**
 * What runs when a compiled model is called: instructions over named buffers, with every size as an
 * expression of the inputs' symbolic dimensions. A dimension of an input that is a bare symbol
 * defines that size; the others are checked.
 *
 * <p>Inputs and constants are buffers from the start; they are read-only.
 *
 * @param inputs what the caller gives
 * @param constants the weights that the plan uses, by their names in the artifact; static shapes
 * @param pools the memory of the intermediates
 * @param body the instructions
 * @param outputs the results
 */
public record LaunchPlan(
    List<TensorSpec> inputs,
    List<TensorSpec> constants,
    List<MemoryPool> pools,
    List<Instruction> body,
    List<PlanOutput> outputs) {
  /**
   * Pool offsets are multiples of this many bytes: the strictest alignment of a sub-buffer among
   * OpenCL drivers in use (4096 bits).
   */
  public static final int ALIGNMENT = 512;

  /**
   * Copies the lists and checks the plan.
   *
   * @throws PlanException if a name is used before it is defined, or defined twice, or a dtype
   *     can't serve
   */
  public LaunchPlan {
    inputs = List.copyOf(inputs);
    constants = List.copyOf(constants);
    pools = List.copyOf(pools);
    body = List.copyOf(body);
    outputs = List.copyOf(outputs);
    PlanValidation.check(inputs, constants, pools, body, outputs);
  }

  /** Inputs and outputs as the caller sees them. */
  public Signature signature() {
    return new Signature(inputs, outputs.stream().map(PlanOutput::tensor).toList());
  }

  /**
   * Checks that the program has what the plan launches, with parameters that the arguments fit. A
   * buffer of bytes (uint8) fits every buffer parameter, so that workspaces can be untyped.
   *
   * @throws PlanException if not
   */
  public void checkAgainst(ProgramImage program) {
    ProgramCheck.check(this, program);
  }

  @Override
  public String toString() {
    return PlanPrinter.print(this);
  }
}
