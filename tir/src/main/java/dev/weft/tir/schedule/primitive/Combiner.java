package dev.weft.tir.schedule.primitive;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Stmt;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reduction {@code buffer[indices] = op(buffer[indices], term)} with a commutative and
 * associative operation, begun with its neutral element.
 *
 * @param buffer what is written
 * @param indices where
 * @param op the operation
 * @param term what is combined
 * @param neutral what it begins with
 */
record Combiner(Buffer buffer, List<Expr> indices, BinaryOp op, Expr term, Expr neutral) {
  /** The reduction that a block is; null if it is none of these. */
  static @Nullable Combiner of(Stmt.Block block, Buffer buffer) {
    if (!(block.init() instanceof Stmt.Store init)
        || !(block.body() instanceof Stmt.Store update)
        || init.buffer() != buffer
        || update.buffer() != buffer
        || !init.indices().equals(update.indices())
        || !(update.value() instanceof Expr.Binary(BinaryOp op, Expr a, Expr b))) {
      return null;
    }
    Expr self = new Expr.Load(buffer, update.indices());
    Expr term = a.equals(self) ? b : b.equals(self) ? a : null;
    if (term == null || !isNeutral(op, init.value(), buffer.dtype())) {
      return null;
    }
    return new Combiner(buffer, update.indices(), op, term, init.value());
  }

  private static boolean isNeutral(BinaryOp op, Expr value, DType dtype) {
    double number =
        switch (value) {
          case Expr.IntImm imm -> imm.value();
          case Expr.FloatImm imm -> imm.value();
          default -> Double.NaN;
        };
    return switch (op) {
      case ADD -> number == 0;
      case MUL -> number == 1;
      case MIN -> dtype.isFloat() ? number >= largest(dtype) : value.equals(intLimit(dtype, true));
      case MAX ->
          dtype.isFloat() ? number <= -largest(dtype) : value.equals(intLimit(dtype, false));
      case SUB, DIV, MOD, FLOOR_DIV, FLOOR_MOD, EQ, NE, LT, LE, GT, GE, AND, OR -> false;
    };
  }

  private static double largest(DType dtype) {
    return switch (dtype.bits()) {
      case 64 -> Double.MAX_VALUE;
      case 32 -> Float.MAX_VALUE;
      case 16 -> dtype.equals(DType.FLOAT16) ? 65504 : 3e38;
      default -> Double.POSITIVE_INFINITY;
    };
  }

  private static Expr intLimit(DType dtype, boolean top) {
    boolean unsigned = dtype.code() == DType.Code.UINT;
    long max = unsigned ? -1L >>> (64 - dtype.bits()) : Long.MAX_VALUE >> (64 - dtype.bits());
    return Expr.imm(dtype, top ? max : unsigned ? 0 : -max - 1);
  }

  Expr combine(Expr accumulated, Expr more) {
    return new Expr.Binary(op, accumulated, more);
  }
}
