package dev.weft.compiler;

import dev.weft.graph.Graph;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.tir.PrimFunc;

/** Looks on while a model is compiled: for dumps, timings and {@code --emit}. */
public interface CompileTrace {
  /** Looks at nothing. */
  CompileTrace NONE = new CompileTrace() {};

  /**
   * The graph after a pass.
   *
   * @param number the pass's place, from 1; 0 for the graph as it was imported
   */
  default void graph(int number, String pass, Graph after) {}

  /**
   * A function after a pass.
   *
   * @param function its name in the model
   * @param number the pass's place, from 1; 0 for the function as the graph made it
   */
  default void function(String function, int number, String pass, PrimFunc after) {}

  /** What code generation made. */
  default void program(ProgramImage program) {}

  /** What will run. */
  default void plan(LaunchPlan plan) {}
}
