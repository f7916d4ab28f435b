package dev.weft.cli;

import dev.weft.compiler.CompileTrace;
import dev.weft.graph.Graph;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.tir.PrimFunc;

/** Tells with {@code -v} what the compiler does and how long each step takes. */
final class VerboseTrace implements CompileTrace {
  private final Console console;
  private final CompileTrace next;
  private long last = System.nanoTime();

  private VerboseTrace(Console console, CompileTrace next) {
    this.console = console;
    this.next = next;
  }

  /** A trace that tells the console, if that wants to know, and passes everything on. */
  static CompileTrace of(Console console, CompileTrace next) {
    return console.isVerbose() ? new VerboseTrace(console, next) : next;
  }

  private void tell(String what) {
    long now = System.nanoTime();
    console.debug(what + " (" + Figures.time(now - last) + ")");
    last = System.nanoTime();
  }

  @Override
  public void graph(int number, String pass, Graph after) {
    tell("graph: " + pass);
    next.graph(number, pass, after);
    last = System.nanoTime();
  }

  @Override
  public void function(String function, int number, String pass, PrimFunc after) {
    tell(function + ": " + pass);
    next.function(function, number, pass, after);
    last = System.nanoTime();
  }

  @Override
  public void program(ProgramImage program) {
    tell("code: " + program.format() + " of " + program.kernels().size() + " kernels");
    next.program(program);
    last = System.nanoTime();
  }

  @Override
  public void plan(LaunchPlan plan) {
    tell("plan: " + plan.body().size() + " instructions");
    next.plan(plan);
    last = System.nanoTime();
  }
}
