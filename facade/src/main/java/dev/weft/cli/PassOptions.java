package dev.weft.cli;

import dev.weft.base.InputException;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.CompileTrace;
import dev.weft.graph.partition.Libraries;
import dev.weft.graph.pass.PassOptionException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say how a model is compiled. */
final class PassOptions {
  @SuppressWarnings("NullAway.Init") // Set by picocli.
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--opt-level",
      paramLabel = "0...3",
      description = {
        "0: every operator a kernel; 1: cheap passes; 2: operators fused; 3: everything. Default"
            + " ${DEFAULT-VALUE}."
      })
  private int optLevel = CompileOptions.DEFAULT.optLevel();

  @Option(
      names = "--pass-config",
      paramLabel = "PASS.KEY=VALUE",
      description = "A setting of a pass; a wrong name lists those that there are.")
  private Map<String, String> passConfig = new LinkedHashMap<>();

  @Option(
      names = "--disable-pass",
      split = ",",
      paramLabel = "PASS",
      description = "Leave a pass out; a wrong name lists those that there are.")
  private Set<String> disabledPasses = new LinkedHashSet<>();

  @Option(
      names = "--library",
      split = ",",
      paramLabel = "NAME",
      description = "Give what it can do to an external library: openblas (on the host).")
  private Set<String> libraries = new LinkedHashSet<>();

  /** Whether any of them was given. */
  boolean areGiven() {
    return optLevel != CompileOptions.DEFAULT.optLevel()
        || !passConfig.isEmpty()
        || !disabledPasses.isEmpty()
        || !libraries.isEmpty();
  }

  /**
   * The options, with somebody who looks on.
   *
   * @throws ParameterException if they make no sense
   */
  CompileOptions with(CompileTrace trace) {
    if (optLevel < 0 || optLevel > 3) {
      throw usage("--opt-level is 0, 1, 2 or 3, not " + optLevel);
    }
    CompileOptions options = new CompileOptions(optLevel, passConfig, disabledPasses, trace);
    Libraries known = Libraries.known();
    for (String name : libraries) {
      try {
        options = options.withLibrary(known.get(name));
      } catch (InputException e) {
        throw usage("--library: " + e.what() + "; " + e.remedy());
      }
    }
    try {
      options.check();
    } catch (PassOptionException e) {
      throw usage(e.where() + ": " + e.what() + "; " + e.remedy());
    }
    return options;
  }

  private ParameterException usage(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
