package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.tir.IRModule;
import dev.weft.tir.script.Dialect;
import dev.weft.tir.script.PrintOptions;
import dev.weft.tir.script.TvmScript;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft tir print}. */
@Command(
    name = "print",
    description = "Parses TVMScript and prints it back, normalised.",
    footer = {"", "Example:", "  weft tir print function.py --dialect sblock"})
final class TirPrintCommand extends Action {
  @Parameters(index = "0", paramLabel = "FILE", description = "A Python file of TVMScript.")
  private Path file = Path.of("");

  @Option(
      names = "--dialect",
      paramLabel = "NAME",
      defaultValue = "block",
      description = "block (T.block) or sblock (T.sblock); default ${DEFAULT-VALUE}.")
  private Dialect dialect = Dialect.BLOCK;

  TirPrintCommand(Console console) {
    super(console);
  }

  @Override
  boolean run(ObjectNode figures) {
    Map<String, IRModule> modules = ScriptFile.readAll(file);
    String text = TvmScript.print(modules, PrintOptions.DEFAULT.in(dialect));
    console().print(text.stripTrailing());
    int functions = modules.values().stream().mapToInt(m -> m.functions().size()).sum();
    figures.put("functions", functions).put("script", text);
    return true;
  }
}
