package dev.weft.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A subcommand that prints figures: its console and its option {@code --json}. */
abstract class Action implements Callable<Integer> {
  private final Console console;

  @Mixin private final JsonOutput json = new JsonOutput();

  @SuppressWarnings("NullAway.Init") // Set by picocli.
  @Spec
  private CommandSpec spec;

  Action(Console console) {
    this.console = console;
  }

  final Console console() {
    return console;
  }

  /** The subcommand's name. */
  final String commandName() {
    return spec.name();
  }

  /** The error for a command line that makes no sense. */
  final ParameterException usage(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  @Override
  public final Integer call() {
    if (json.takesStandardOutput()) {
      console.mute();
    }
    ObjectNode figures = JsonNodeFactory.instance.objectNode();
    boolean succeeded = run(figures);
    json.write(figures, console);
    return succeeded ? Main.DONE : Main.FAILED;
  }

  /**
   * Does the work and prints the result.
   *
   * @param figures takes what {@code --json} writes
   * @return whether the result is right
   */
  abstract boolean run(ObjectNode figures);
}
