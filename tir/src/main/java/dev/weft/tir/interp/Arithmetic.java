package dev.weft.tir.interp;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** The operations that most programs consist of, each a class of its own so that they run fast. */
final class Arithmetic {
  private Arithmetic() {}

  /** Sums, differences and products of float32; null for others. */
  static @Nullable Eval float32(BinaryOp op, DType dtype, Eval a, Eval b) {
    if (!dtype.equals(DType.FLOAT32)) {
      return null;
    }
    return switch (op) {
      case ADD ->
          new Eval() {
            @Override
            double asDouble(Frame f, int lane) {
              return (float) (a.asDouble(f, lane) + b.asDouble(f, lane));
            }
          };
      case SUB ->
          new Eval() {
            @Override
            double asDouble(Frame f, int lane) {
              return (float) (a.asDouble(f, lane) - b.asDouble(f, lane));
            }
          };
      case MUL ->
          new Eval() {
            @Override
            double asDouble(Frame f, int lane) {
              return (float) (a.asDouble(f, lane) * b.asDouble(f, lane));
            }
          };
      case DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, EQ, NE, LT, LE, GT, GE, AND, OR -> null;
    };
  }

  /** Operations of int32 without exceptions, as indices are made of; null for others. */
  static @Nullable Eval int32(BinaryOp op, DType dtype, Eval a, Eval b) {
    if (!dtype.equals(DType.INT32)) {
      return null;
    }
    return switch (op) {
      case ADD ->
          new Eval() {
            @Override
            long asLong(Frame f, int lane) {
              return (int) (a.asLong(f, lane) + b.asLong(f, lane));
            }
          };
      case SUB ->
          new Eval() {
            @Override
            long asLong(Frame f, int lane) {
              return (int) (a.asLong(f, lane) - b.asLong(f, lane));
            }
          };
      case MUL ->
          new Eval() {
            @Override
            long asLong(Frame f, int lane) {
              return (int) (a.asLong(f, lane) * b.asLong(f, lane));
            }
          };
      case LT ->
          new Eval() {
            @Override
            long asLong(Frame f, int lane) {
              return a.asLong(f, lane) < b.asLong(f, lane) ? 1 : 0;
            }
          };
      case FLOOR_DIV -> b instanceof Eval.Constant c ? floorDivision(a, (int) c.value) : null;
      case FLOOR_MOD -> b instanceof Eval.Constant c ? floorRemainder(a, (int) c.value) : null;
      case DIV, MOD, MIN, MAX, EQ, NE, LE, GT, GE, AND, OR -> null;
    };
  }

  /** By a constant; null for those that wrap around or have no result. */
  private static @Nullable Eval floorDivision(Eval a, int divisor) {
    return divisor <= 0
        ? null
        : new Eval() {
          @Override
          long asLong(Frame f, int lane) {
            return Math.floorDiv((int) a.asLong(f, lane), divisor);
          }
        };
  }

  private static @Nullable Eval floorRemainder(Eval a, int divisor) {
    return divisor <= 0
        ? null
        : new Eval() {
          @Override
          long asLong(Frame f, int lane) {
            return Math.floorMod((int) a.asLong(f, lane), divisor);
          }
        };
  }

  /** A read of a float32, lane by lane. */
  static final class LoadFloat32 extends Eval {
    private final Access access;

    LoadFloat32(Access access) {
      this.access = access;
    }

    @Override
    double asDouble(Frame frame, int lane) {
      BoundBuffer bound = access.bound(frame);
      long at = access.readOffset(frame, bound, lane, Float.BYTES);
      return bound.memory().data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
    }
  }
}
