package dev.weft.tir.schedule;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.Residues;
import dev.weft.tir.structural.Mismatch;
import dev.weft.tir.structural.StructuralEqual;
import java.util.Optional;

/**
 * Compares what a schedule made with what was expected: structurally, all names apart, where
 * expressions that are spelt differently count as equal if their canonical forms, with the ranges
 * of the loops and axes around them known, are the same.
 */
final class ModuleComparison {
  private ModuleComparison() {}

  /** The first difference. */
  static Optional<Mismatch> check(IRModule found, IRModule expected) {
    Analyzer analyzer = new Analyzer();
    StructuralEqual.Options options =
        StructuralEqual.Options.STRICT
            .upTo(e -> lessThan(Residues.reduce(e, analyzer)))
            .telling(analyzer::bind);
    return StructuralEqual.check(found, expected, options);
  }

  /**
   * The same with {@code b <= a} for {@code a >= b}, of floats too, and {@code <} for {@code >}.
   */
  private static Expr lessThan(Expr e) {
    return new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        Expr mapped = super.expr(node);
        if (mapped instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)) {
          return switch (op) {
            case GE -> new Expr.Binary(BinaryOp.LE, b, a);
            case GT -> new Expr.Binary(BinaryOp.LT, b, a);
            case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX -> mapped;
            case EQ, NE, LT, LE, AND, OR -> mapped;
          };
        }
        return mapped;
      }
    }.expr(e);
  }
}
