package dev.weft.cli;

import dev.weft.compiler.CompileTrace;
import dev.weft.graph.Graph;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import java.util.Locale;

/**
 * Writes the IR after every pass: {@code graph/NN-PASS.txt}, {@code FUNCTION/NN-PASS.py}, then the
 * program and {@code plan.txt}.
 */
final class DumpTrace implements CompileTrace {
  private final OutputFiles files;
  private int written;

  DumpTrace(OutputFiles files) {
    this.files = files;
  }

  /** How many files there are. */
  int written() {
    return written;
  }

  @Override
  public void graph(int number, String pass, Graph after) {
    files.below("graph").write(numbered(number, pass) + ".txt", after.toString());
    written++;
  }

  @Override
  public void function(String function, int number, String pass, PrimFunc after) {
    files.below(function).write(numbered(number, pass) + ".py", TvmScript.print(after));
    written++;
  }

  @Override
  public void program(ProgramImage program) {
    files.write("program." + program.format().extension(), program.content());
    written++;
  }

  @Override
  public void plan(LaunchPlan plan) {
    files.write("plan.txt", plan.toString());
    written++;
  }

  private static String numbered(int number, String pass) {
    return String.format(Locale.ROOT, "%02d-%s", number, pass);
  }
}
