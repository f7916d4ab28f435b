package dev.weft.lowering.simt;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import org.jspecify.annotations.Nullable;

/**
 * The commonest operations on all threads at once, as plain loops. What is not here goes through
 * the reference interpreter's arithmetic one value at a time, and what is here must give the same.
 */
final class LaneMath {
  private LaneMath() {}

  /** An operation on integers; the result may be one of the operands. */
  interface OnLongs {
    void apply(long[] a, long[] b, long[] out);
  }

  /** An operation on floating-point numbers; the result may be one of the operands. */
  interface OnDoubles {
    void apply(double[] a, double[] b, double[] out);
  }

  /** A comparison of floating-point numbers. */
  interface Comparison {
    void apply(double[] a, double[] b, long[] out);
  }

  /** A fast form of an operation; null if there is none. */
  static @Nullable OnLongs onLongs(BinaryOp op, DType dtype) {
    boolean signed = dtype.code() == DType.Code.INT;
    if (signed && dtype.bits() == 32) {
      switch (op) {
        case ADD -> {
          return (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = (int) (a[i] + b[i]);
            }
          };
        }
        case SUB -> {
          return (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = (int) (a[i] - b[i]);
            }
          };
        }
        case MUL -> {
          return (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = (int) (a[i] * b[i]);
            }
          };
        }
        default -> {}
      }
    }
    if (signed && dtype.bits() == 64) {
      switch (op) {
        case ADD -> {
          return (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] + b[i];
            }
          };
        }
        case SUB -> {
          return (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] - b[i];
            }
          };
        }
        case MUL -> {
          return (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] * b[i];
            }
          };
        }
        default -> {}
      }
    }
    return signed || dtype.isBool() ? ordered(op) : null;
  }

  /** What needs no wrapping, on signed integers and truth values. */
  private static @Nullable OnLongs ordered(BinaryOp op) {
    return switch (op) {
      case MIN ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = Math.min(a[i], b[i]);
            }
          };
      case MAX ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = Math.max(a[i], b[i]);
            }
          };
      case EQ ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] == b[i] ? 1 : 0;
            }
          };
      case NE ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] != b[i] ? 1 : 0;
            }
          };
      case LT ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] < b[i] ? 1 : 0;
            }
          };
      case LE ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] <= b[i] ? 1 : 0;
            }
          };
      case GT ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] > b[i] ? 1 : 0;
            }
          };
      case GE ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] >= b[i] ? 1 : 0;
            }
          };
      case AND ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] & b[i];
            }
          };
      case OR ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] | b[i];
            }
          };
      case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD -> null;
    };
  }

  /** A fast form of an operation; null if there is none. */
  static @Nullable OnDoubles onDoubles(BinaryOp op, DType dtype) {
    if (dtype.equals(DType.FLOAT32)) {
      return switch (op) {
        case ADD ->
            (a, b, out) -> {
              for (int i = 0; i < out.length; i++) {
                out[i] = (float) (a[i] + b[i]);
              }
            };
        case SUB ->
            (a, b, out) -> {
              for (int i = 0; i < out.length; i++) {
                out[i] = (float) (a[i] - b[i]);
              }
            };
        case MUL ->
            (a, b, out) -> {
              for (int i = 0; i < out.length; i++) {
                out[i] = (float) (a[i] * b[i]);
              }
            };
        case DIV ->
            (a, b, out) -> {
              for (int i = 0; i < out.length; i++) {
                out[i] = (float) (a[i] / b[i]);
              }
            };
        default -> extremum(op);
      };
    }
    if (dtype.equals(DType.FLOAT64)) {
      return switch (op) {
        case ADD ->
            (a, b, out) -> {
              for (int i = 0; i < out.length; i++) {
                out[i] = a[i] + b[i];
              }
            };
        case SUB ->
            (a, b, out) -> {
              for (int i = 0; i < out.length; i++) {
                out[i] = a[i] - b[i];
              }
            };
        case MUL ->
            (a, b, out) -> {
              for (int i = 0; i < out.length; i++) {
                out[i] = a[i] * b[i];
              }
            };
        case DIV ->
            (a, b, out) -> {
              for (int i = 0; i < out.length; i++) {
                out[i] = a[i] / b[i];
              }
            };
        default -> extremum(op);
      };
    }
    return extremum(op);
  }

  private static @Nullable OnDoubles extremum(BinaryOp op) {
    return switch (op) {
      case MIN ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = Math.min(a[i], b[i]);
            }
          };
      case MAX ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = Math.max(a[i], b[i]);
            }
          };
      default -> null;
    };
  }

  /** A comparison; null if the operation is none. */
  static @Nullable Comparison comparison(BinaryOp op) {
    return switch (op) {
      case EQ ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] == b[i] ? 1 : 0;
            }
          };
      case NE ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] != b[i] ? 1 : 0;
            }
          };
      case LT ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] < b[i] ? 1 : 0;
            }
          };
      case LE ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] <= b[i] ? 1 : 0;
            }
          };
      case GT ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] > b[i] ? 1 : 0;
            }
          };
      case GE ->
          (a, b, out) -> {
            for (int i = 0; i < out.length; i++) {
              out[i] = a[i] >= b[i] ? 1 : 0;
            }
          };
      default -> null;
    };
  }
}
