package dev.weft.runtime.plan;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import java.util.List;
import java.util.stream.Collectors;

/** Prints a plan for people, an instruction a line. */
final class PlanPrinter {
  private final StringBuilder out = new StringBuilder();

  private PlanPrinter() {}

  static String print(LaunchPlan plan) {
    PlanPrinter printer = new PlanPrinter();
    plan.inputs().forEach(input -> printer.line(0, "input " + input));
    plan.constants().forEach(constant -> printer.line(0, "constant " + constant));
    plan.pools().forEach(pool -> printer.line(0, "pool " + pool.name() + ": " + pool.bytes()));
    printer.block(0, plan.body());
    plan.outputs()
        .forEach(output -> printer.line(0, "output " + output.tensor() + " = " + output.buffer()));
    return printer.out.toString();
  }

  private void block(int depth, List<Instruction> body) {
    for (Instruction instruction : body) {
      instruction(depth, instruction);
    }
  }

  private void instruction(int depth, Instruction instruction) {
    switch (instruction) {
      case Instruction.Allocate(TensorSpec tensor, Storage storage) ->
          line(depth, "allocate " + tensor + " " + storage(storage));
      case Instruction.Launch launch ->
          line(
              depth,
              "launch "
                  + launch.kernel()
                  + launch.arguments().stream()
                      .map(PlanArgument::toString)
                      .collect(Collectors.joining(", ", "(", ") "))
                  + launch.geometry());
      case Instruction.Copy copy ->
          line(
              depth,
              String.format(
                  "copy %s@%s -> %s@%s, %s bytes",
                  copy.source(),
                  copy.sourceOffset(),
                  copy.target(),
                  copy.targetOffset(),
                  copy.bytes()));
      case Instruction.ShapeCompute(String size, HostValue value) ->
          line(depth, "size " + size + " = " + value);
      case Instruction.Check(IntExpr condition, String otherwise, String where) ->
          line(depth, "check " + condition + " else '" + otherwise + "' at " + where);
      case Instruction.Alias(String buffer, String source, Shape shape) ->
          line(depth, "alias " + buffer + " = " + source + (shape == null ? "" : " as " + shape));
      case Instruction.BeginStack(String stack, var dtype, IntExpr expected) ->
          line(depth, "stack " + stack + " of " + dtype + ", " + expected + " expected");
      case Instruction.Push(String stack, String buffer) ->
          line(depth, "push " + buffer + " to " + stack);
      case Instruction.EndStack(String stack, TensorSpec result) ->
          line(depth, "end " + stack + " as " + result);
      case Instruction.Branch(HostValue condition, var then, var otherwise) -> {
        line(depth, "if " + condition + " {");
        block(depth + 1, then);
        line(depth, "} else {");
        block(depth + 1, otherwise);
        line(depth, "}");
      }
      case Instruction.Loop loop -> {
        line(
            depth,
            "for "
                + loop.index()
                + " < "
                + loop.trips()
                + " while "
                + loop.condition()
                + loop.carried().stream()
                    .map(PlanPrinter::carried)
                    .collect(Collectors.joining(", ", " carrying (", ") {")));
        block(depth + 1, loop.body());
        line(depth, "}");
      }
      case Instruction.ExternalCall call ->
          line(
              depth,
              "call "
                  + call.function()
                  + call.inputs().stream()
                      .map(TensorSpec::name)
                      .collect(Collectors.joining(", ", "(", ")"))
                  + " -> "
                  + call.outputs()
                  + (call.attributes().isEmpty()
                      ? ""
                      : " " + new java.util.TreeMap<>(call.attributes())));
      case Instruction.Free(String buffer) -> line(depth, "free " + buffer);
    }
  }

  private static String storage(Storage storage) {
    return switch (storage) {
      case Storage.Pooled(String pool, var offset) -> "in " + pool + " at " + offset;
      case Storage.Owned() -> "of its own";
    };
  }

  private static String carried(Carried carried) {
    return switch (carried) {
      case Carried.Buffer(String name, String initial, String next) ->
          name + " = " + initial + " then " + next;
      case Carried.Size(String name, var initial, var next) ->
          "size " + name + " = " + initial + " then " + next;
    };
  }

  private void line(int depth, String text) {
    out.append("  ".repeat(depth)).append(text).append('\n');
  }
}
