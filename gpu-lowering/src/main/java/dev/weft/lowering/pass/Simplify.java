package dev.weft.lowering.pass;

import dev.weft.lowering.Pass;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.target.Target;

/**
 * Simplifies integer arithmetic and conditions, knowing the ranges of loop variables and thread
 * indices and the conditions around. Branches that are never taken and loops of no or one iteration
 * go.
 */
public final class Simplify implements Pass {
  private final String name;

  /**
   * @param name the name, since the pass stands in the list more than once
   */
  public Simplify(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Simplifier().stmt(function.body()));
  }

  /** Nothing to do. */
  static final Stmt NOTHING = new Stmt.Evaluate(Expr.int32(0));
}
