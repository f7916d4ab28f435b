package dev.weft.runtime.plan;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The names that a block of instructions defines and that are still defined at its end.
 *
 * @param buffers the buffers
 * @param sizes the sizes; those that an external call's result may define are among them
 */
record Definitions(Set<String> buffers, Set<String> sizes) {
  static Definitions of(List<Instruction> body) {
    Definitions found = new Definitions(new LinkedHashSet<>(), new LinkedHashSet<>());
    body.forEach(found::add);
    return found;
  }

  private void add(Instruction instruction) {
    switch (instruction) {
      case Instruction.Allocate(TensorSpec tensor, Storage storage) -> buffers.add(tensor.name());
      case Instruction.Launch launch -> {}
      case Instruction.Copy copy -> {}
      case Instruction.Check check -> {}
      case Instruction.Alias(String buffer, String source, Shape shape) -> buffers.add(buffer);
      case Instruction.BeginStack begin -> {}
      case Instruction.Push push -> {}
      case Instruction.EndStack(String stack, TensorSpec result) -> define(result);
      case Instruction.ShapeCompute(String size, HostValue value) -> sizes.add(size);
      case Instruction.Branch branch -> {
        buffers.addAll(branch.definedBuffers());
        sizes.addAll(branch.definedSizes());
      }
      case Instruction.Loop loop -> {
        for (Carried carried : loop.carried()) {
          switch (carried) {
            case Carried.Buffer(String name, String initial, String next) -> buffers.add(name);
            case Carried.Size(String name, IntExpr initial, IntExpr next) -> sizes.add(name);
          }
        }
      }
      case Instruction.ExternalCall call -> call.outputs().forEach(this::define);
      case Instruction.Free(String buffer) -> buffers.remove(buffer);
    }
  }

  /** A buffer whose shape may define sizes. */
  private void define(TensorSpec tensor) {
    buffers.add(tensor.name());
    for (IntExpr dim : tensor.shape().dims()) {
      if (dim instanceof IntExpr.Symbol(String name)) {
        sizes.add(name);
      }
    }
  }
}
