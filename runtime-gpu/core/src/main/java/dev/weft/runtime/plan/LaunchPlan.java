package dev.weft.runtime.plan;

import dev.weft.runtime.ProgramImage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

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

  /** The names of the external functions that are called, in order. */
  public Set<String> externalFunctions() {
    Set<String> names = new LinkedHashSet<>();
    externalCalls().forEach(call -> names.add(call.function()));
    return names;
  }

  /** The calls of external functions, those in branches and loops too, in order. */
  public List<Instruction.ExternalCall> externalCalls() {
    List<Instruction.ExternalCall> calls = new ArrayList<>();
    collect(body, calls);
    return calls;
  }

  private static void collect(List<Instruction> body, List<Instruction.ExternalCall> calls) {
    for (Instruction instruction : body) {
      if (instruction instanceof Instruction.ExternalCall call) {
        calls.add(call);
      } else if (instruction instanceof Instruction.Branch branch) {
        collect(branch.then(), calls);
        collect(branch.otherwise(), calls);
      } else if (instruction instanceof Instruction.Loop loop) {
        collect(loop.body(), calls);
      }
    }
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
