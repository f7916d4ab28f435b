package dev.weft.compiler.plan;

import dev.weft.runtime.plan.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A block of instructions under construction. Where buffers are kept is decided when all are known,
 * so the instructions are made at the end.
 */
final class PlanBlock {
  /**
   * A part.
   *
   * @param last number of the last step in it
   * @param make the instruction, given where buffers are kept
   */
  private record Part(int last, Function<Placement, Instruction> make) {}

  /** Where buffers are kept. */
  interface Placement {
    /** The instruction that makes a buffer. */
    Instruction.Allocate allocate(Intermediate intermediate);
  }

  private final List<Part> parts = new ArrayList<>();
  private final List<Intermediate> buffers = new ArrayList<>();

  void add(int step, Instruction instruction) {
    add(step, placement -> instruction);
  }

  /**
   * Adds an instruction with blocks of its own.
   *
   * @param last number of the last step in them
   */
  void add(int last, Function<Placement, Instruction> make) {
    parts.add(new Part(last, make));
  }

  /** Makes a buffer here. */
  void allocate(Intermediate intermediate) {
    buffers.add(intermediate);
    add(intermediate.first, placement -> placement.allocate(intermediate));
  }

  /** The instructions; memory of its own is given back behind its last use. */
  List<Instruction> instructions(Placement placement) {
    List<Instruction> all = new ArrayList<>();
    List<Intermediate> live = new ArrayList<>();
    for (Intermediate buffer : buffers) {
      if (buffer.owned && !buffer.escapes && buffer.last < Integer.MAX_VALUE) {
        live.add(buffer);
      }
    }
    for (Part part : parts) {
      all.add(part.make.apply(placement));
      for (Intermediate buffer : List.copyOf(live)) {
        if (buffer.last <= part.last && buffer.first < part.last) {
          all.add(new Instruction.Free(buffer.spec.name()));
          live.remove(buffer);
        }
      }
    }
    return all;
  }
}
