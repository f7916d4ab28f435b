package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;

/**
 * Brings the operands of remainders to their residues: {@code (x*30 + y) % 8} is {@code (x*6 + y) %
 * 8}. The canonical form keeps the factors, since a quotient and a remainder of one operand can be
 * put together again; to tell whether two expressions are the same, residues see more.
 */
public final class Residues {
  private Residues() {}

  /** The expression, canonical, with all remainders of residues. */
  public static Expr reduce(Expr e, Analyzer analyzer) {
    Expr canonical = analyzer.simplify(e);
    return new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        Expr mapped = super.expr(node);
        return mapped instanceof Expr.Binary(BinaryOp op, Expr a, Expr.IntImm by)
                && op == BinaryOp.FLOOR_MOD
                && by.value() > 0
            ? analyzer.simplify(Expr.floorMod(residue(a, by.value()), by))
            : mapped;
      }
    }.expr(canonical);
  }

  private static Expr residue(Expr e, long by) {
    return switch (e) {
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.ADD ->
          Expr.add(residue(a, by), residue(b, by));
      case Expr.Binary(var op, var a, var b) when op == BinaryOp.SUB ->
          Expr.sub(residue(a, by), residue(b, by));
      case Expr.Binary(var op, var a, Expr.IntImm k) when op == BinaryOp.MUL ->
          Expr.mul(a, k.value() % by);
      case Expr.IntImm k -> Expr.imm(k.dtype(), Math.floorMod(k.value(), by));
      case Expr x -> x;
    };
  }
}
