package dev.weft.tir.interp;

/**
 * A compiled expression. A vector is evaluated lane by lane; a scalar gives the same for every
 * lane. Integers, bools and vectors of them answer {@link #asLong}, floats {@link #asDouble},
 * handles and strings {@link #asObject}.
 */
abstract class Eval {
  long asLong(Frame frame, int lane) {
    throw new IllegalStateException(getClass() + " is not an integer");
  }

  double asDouble(Frame frame, int lane) {
    throw new IllegalStateException(getClass() + " is not a float");
  }

  Object asObject(Frame frame) {
    throw new IllegalStateException(getClass() + " is not a handle");
  }

  /** The scalar integer. */
  final long asLong(Frame frame) {
    return asLong(frame, 0);
  }

  /** An integer expression. */
  interface OfLong {
    long apply(Frame frame, int lane);
  }

  /** A floating-point expression. */
  interface OfDouble {
    double apply(Frame frame, int lane);
  }

  /** A handle or string expression. */
  interface OfObject {
    Object apply(Frame frame);
  }

  /** An integer that is the same whenever it is asked for. */
  static final class Constant extends Eval {
    final long value;

    Constant(long value) {
      this.value = value;
    }

    @Override
    long asLong(Frame frame, int lane) {
      return value;
    }
  }

  /** The value of a scalar integer variable. */
  static final class Slot extends Eval {
    final int slot;

    Slot(int slot) {
      this.slot = slot;
    }

    @Override
    long asLong(Frame frame, int lane) {
      return frame.ints[slot];
    }
  }

  /** Whether this is the constant {@code value}. */
  final boolean isConstant(long value) {
    return this instanceof Constant constant && constant.value == value;
  }

  static Eval ofLong(OfLong f) {
    return new Eval() {
      @Override
      long asLong(Frame frame, int lane) {
        return f.apply(frame, lane);
      }
    };
  }

  static Eval ofDouble(OfDouble f) {
    return new Eval() {
      @Override
      double asDouble(Frame frame, int lane) {
        return f.apply(frame, lane);
      }
    };
  }

  static Eval ofObject(OfObject f) {
    return new Eval() {
      @Override
      Object asObject(Frame frame) {
        return f.apply(frame);
      }
    };
  }
}
