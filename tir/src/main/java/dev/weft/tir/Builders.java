package dev.weft.tir;

import dev.weft.base.DType;
import org.jspecify.annotations.Nullable;

/** Builds expressions: brings operands to one type and folds integer constants. */
final class Builders {
  private Builders() {}

  static Expr binary(BinaryOp op, Expr left, Expr right) {
    DType common = commonType(op, left.dtype(), right.dtype());
    Expr a = cast(common, left);
    Expr b = cast(common, right);
    Expr folded = fold(op, a, b);
    return folded != null ? folded : new Expr.Binary(op, a, b);
  }

  /**
   * The type two operands meet in: a scalar is broadcast to a vector; the wider of two integer or
   * two floating-point types; an integer CONSTANT side never widens the other in practice because
   * callers build it with the right type.
   */
  private static DType commonType(BinaryOp op, DType a, DType b) {
    int lanes = Math.max(a.lanes(), b.lanes());
    DType x = a.withLanes(lanes);
    DType y = b.withLanes(lanes);
    if (x.equals(y)) {
      return x;
    }
    if (x.code() == y.code()) {
      return x.bits() >= y.bits() ? x : y;
    }
    if (x.isFloat() && y.isInt()) {
      return x;
    }
    if (y.isFloat() && x.isInt()) {
      return y;
    }
    if (x.isInt() && y.isInt()) {
      DType wider = x.bits() >= y.bits() ? x : y;
      return x.bits() == y.bits() && x.code() == DType.Code.INT ? y : wider;
    }
    if (x.isBool() && y.isInt()) {
      return y;
    }
    if (y.isBool() && x.isInt()) {
      return x;
    }
    throw new IllegalArgumentException(
        "Binary " + op + " has no common type for " + a + " and " + b);
  }

  private static @Nullable Expr fold(BinaryOp op, Expr a, Expr b) {
    if (op.kind == BinaryOp.Kind.LOGIC) {
      return foldLogic(op, a, b);
    }
    if (a instanceof Expr.IntImm(DType type, long x) && b instanceof Expr.IntImm(DType t, long y)) {
      return foldInts(op, type, x, y);
    }
    if (!a.dtype().isInt()) {
      return null;
    }
    return switch (op) {
      case ADD -> isZero(b) ? a : isZero(a) ? b : null;
      case SUB -> isZero(b) ? a : null;
      case MUL -> isOne(b) || isZero(a) ? a : isOne(a) || isZero(b) ? b : null;
      case DIV, FLOOR_DIV -> isOne(b) ? a : null;
      case MOD, FLOOR_MOD -> isOne(b) ? Expr.imm(a.dtype(), 0) : null;
      case MIN, MAX -> a == b ? a : null;
      case EQ, NE, LT, LE, GT, GE, AND, OR -> null;
    };
  }

  private static boolean isZero(Expr e) {
    return e.isConst(0) || (e instanceof Expr.Broadcast b && b.value().isConst(0));
  }

  private static boolean isOne(Expr e) {
    return e.isConst(1) || (e instanceof Expr.Broadcast b && b.value().isConst(1));
  }

  private static @Nullable Expr foldLogic(BinaryOp op, Expr a, Expr b) {
    boolean and = op == BinaryOp.AND;
    if (a instanceof Expr.IntImm imm) {
      return (imm.value() != 0) == and ? b : a;
    }
    if (b instanceof Expr.IntImm imm) {
      return (imm.value() != 0) == and ? a : b;
    }
    return null;
  }

  private static @Nullable Expr foldInts(BinaryOp op, DType type, long x, long y) {
    boolean unsigned = type.code() == DType.Code.UINT;
    int order = unsigned ? Long.compareUnsigned(x, y) : Long.compare(x, y);
    return switch (op) {
      case ADD -> new Expr.IntImm(type, x + y);
      case SUB -> new Expr.IntImm(type, x - y);
      case MUL -> new Expr.IntImm(type, x * y);
      case DIV ->
          y == 0 ? null : new Expr.IntImm(type, unsigned ? Long.divideUnsigned(x, y) : x / y);
      case MOD ->
          y == 0 ? null : new Expr.IntImm(type, unsigned ? Long.remainderUnsigned(x, y) : x % y);
      case FLOOR_DIV ->
          y == 0
              ? null
              : new Expr.IntImm(type, unsigned ? Long.divideUnsigned(x, y) : Math.floorDiv(x, y));
      case FLOOR_MOD ->
          y == 0
              ? null
              : new Expr.IntImm(
                  type, unsigned ? Long.remainderUnsigned(x, y) : Math.floorMod(x, y));
      case MIN -> new Expr.IntImm(type, order <= 0 ? x : y);
      case MAX -> new Expr.IntImm(type, order >= 0 ? x : y);
      case EQ -> Expr.bool(x == y);
      case NE -> Expr.bool(x != y);
      case LT -> Expr.bool(order < 0);
      case LE -> Expr.bool(order <= 0);
      case GT -> Expr.bool(order > 0);
      case GE -> Expr.bool(order >= 0);
      case AND, OR -> null;
    };
  }

  static Expr cast(DType dtype, Expr value) {
    if (value.dtype().equals(dtype)) {
      return value;
    }
    if (dtype.isVector() && !value.dtype().isVector()) {
      return new Expr.Broadcast(cast(dtype.scalar(), value), dtype.lanes());
    }
    if (value instanceof Expr.IntImm imm) {
      if (dtype.isInt()) {
        return new Expr.IntImm(dtype, imm.value());
      }
      if (dtype.isBool()) {
        return Expr.bool(imm.value() != 0);
      }
      boolean negativeAsUnsigned = imm.dtype().code() == DType.Code.UINT && imm.value() < 0;
      if (dtype.isFloat() && !negativeAsUnsigned && Math.abs(imm.value()) <= 1L << 53) {
        return new Expr.FloatImm(dtype, imm.value());
      }
    }
    if (value instanceof Expr.FloatImm imm && dtype.isFloat()) {
      return new Expr.FloatImm(dtype, imm.value());
    }
    return new Expr.Cast(dtype, value);
  }
}
