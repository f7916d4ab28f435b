package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.runtime.CompiledProgram;
import dev.weft.runtime.KernelResources;
import dev.weft.runtime.KernelSpec;
import java.util.List;
import java.util.OptionalLong;

/** What the kernels of a compiled program take of the device, a row a kernel. */
record KernelTable(CompiledProgram program) {
  /** The table for people. */
  List<String> lines() {
    TextTable table =
        new TextTable(
            TextTable.Align.LEFT,
            TextTable.Align.RIGHT,
            TextTable.Align.RIGHT,
            TextTable.Align.RIGHT,
            TextTable.Align.RIGHT);
    table.row("kernel", "registers", "shared", "stack", "spilled");
    for (KernelSpec kernel : program.image().kernels()) {
      KernelResources of = resources(kernel);
      table.row(
          kernel.name(),
          text(of.registers()),
          text(of.sharedBytes()),
          text(of.localBytes()),
          text(of.spillBytes()));
    }
    return table.lines();
  }

  /** The same as JSON objects; a figure that is not known is left out. */
  void write(ArrayNode json) {
    for (KernelSpec kernel : program.image().kernels()) {
      KernelResources of = resources(kernel);
      ObjectNode row = json.addObject().put("kernel", kernel.name());
      of.registers().ifPresent(value -> row.put("registers", value));
      of.sharedBytes().ifPresent(value -> row.put("shared_bytes", value));
      of.localBytes().ifPresent(value -> row.put("stack_bytes", value));
      of.spillBytes().ifPresent(value -> row.put("spill_bytes", value));
    }
  }

  private KernelResources resources(KernelSpec kernel) {
    return program.resources().getOrDefault(kernel.name(), KernelResources.UNKNOWN);
  }

  private static String text(OptionalLong value) {
    return value.isPresent() ? Long.toString(value.getAsLong()) : "?";
  }
}
