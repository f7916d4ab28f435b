package dev.weft.tir;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expression. All of them are here; {@link Var} has a file of its own because it has identity.
 * Expressions have no effect on memory, except for calls whose {@link Intrinsic} says so.
 */
public sealed interface Expr extends AttrValue
    permits Var,
        Expr.IntImm,
        Expr.FloatImm,
        Expr.StringImm,
        Expr.Cast,
        Expr.Binary,
        Expr.Not,
        Expr.Select,
        Expr.Load,
        Expr.Ramp,
        Expr.Broadcast,
        Expr.Let,
        Expr.Shuffle,
        Expr.Call {
  /** The type of the value. */
  DType dtype();

  /** An integer or truth value. */
  record IntImm(DType dtype, long value) implements Expr {
    /** Checks the type and wraps the value to it. */
    public IntImm {
      Checks.require(
          (dtype.isInt() || dtype.isBool()) && dtype.lanes() == 1,
          "IntImm.dtype must be a scalar integer or bool, got %s",
          dtype);
      value = Scalars.wrap(dtype, value);
    }
  }

  /** A floating-point number, rounded to its type. */
  record FloatImm(DType dtype, double value) implements Expr {
    /** Checks the type and rounds the value to it. */
    public FloatImm {
      Checks.require(
          dtype.isFloat() && dtype.lanes() == 1,
          "FloatImm.dtype must be a scalar floating-point type, got %s",
          dtype);
      value = Scalars.round(dtype, value);
    }
  }

  /** A character string, argument of some intrinsics and value of some annotations. */
  record StringImm(String value) implements Expr {
    @Override
    public DType dtype() {
      return DType.STRING;
    }
  }

  /** Conversion of a value to another type; floats to integers truncate. */
  record Cast(DType dtype, Expr value) implements Expr {
    /** Checks that the lanes agree. */
    public Cast {
      Checks.require(
          dtype.lanes() == value.dtype().lanes(),
          "Cast from %s to %s changes the number of lanes",
          value.dtype(),
          dtype);
    }
  }

  /** An arithmetic operation, comparison, conjunction or disjunction. */
  record Binary(BinaryOp op, Expr a, Expr b) implements Expr {
    /** Checks that both operands have one type, and that logic is on truth values. */
    public Binary {
      Checks.require(
          a.dtype().equals(b.dtype()),
          "Binary %s needs operands of one type, got %s and %s",
          op,
          a.dtype(),
          b.dtype());
      Checks.require(
          op.kind != BinaryOp.Kind.LOGIC || a.dtype().isBool(),
          "Binary %s needs bool operands, got %s",
          op,
          a.dtype());
    }

    @Override
    public DType dtype() {
      return op.kind == BinaryOp.Kind.COMPARISON
          ? DType.BOOL.withLanes(a.dtype().lanes())
          : a.dtype();
    }
  }

  /** Logical negation. */
  record Not(Expr value) implements Expr {
    /** Checks the operand's type. */
    public Not {
      Checks.require(value.dtype().isBool(), "Not needs a bool, got %s", value.dtype());
    }

    @Override
    public DType dtype() {
      return value.dtype();
    }
  }

  /** One of two values, lane by lane; BOTH are evaluated (for guarded access: if_then_else). */
  record Select(Expr condition, Expr ifTrue, Expr ifFalse) implements Expr {
    /** Checks the types. */
    public Select {
      Checks.require(
          condition.dtype().isBool(), "Select.condition must be bool, got %s", condition.dtype());
      Checks.require(
          ifTrue.dtype().equals(ifFalse.dtype()),
          "Select has values of types %s and %s",
          ifTrue.dtype(),
          ifFalse.dtype());
    }

    @Override
    public DType dtype() {
      return ifTrue.dtype();
    }
  }

  /** A read of a buffer; the last index may be a vector, {@code predicate} then masks lanes. */
  record Load(Buffer buffer, List<Expr> indices, @Nullable Expr predicate) implements Expr {
    /** Checks the number and types of the indices. */
    public Load {
      indices = List.copyOf(indices);
      Checks.indices("Load", buffer, indices);
    }

    /** A load without mask. */
    public Load(Buffer buffer, List<Expr> indices) {
      this(buffer, indices, null);
    }

    @Override
    public DType dtype() {
      int lanes = indices.isEmpty() ? 1 : indices.get(indices.size() - 1).dtype().lanes();
      return buffer.dtype().withLanes(buffer.dtype().lanes() * lanes);
    }
  }

  /** The vector {@code base, base + stride, …} of {@code lanes} lanes. */
  record Ramp(Expr base, Expr stride, int lanes) implements Expr {
    /** Checks the types. */
    public Ramp {
      Checks.require(
          base.dtype().equals(stride.dtype()) && base.dtype().lanes() == 1 && lanes > 1,
          "Ramp needs scalars of one type and at least 2 lanes, got %s, %s, %s lanes",
          base.dtype(),
          stride.dtype(),
          lanes);
    }

    @Override
    public DType dtype() {
      return base.dtype().withLanes(lanes);
    }
  }

  /** A scalar in every lane. */
  record Broadcast(Expr value, int lanes) implements Expr {
    /** Checks the types. */
    public Broadcast {
      Checks.require(
          value.dtype().lanes() == 1 && lanes > 1,
          "Broadcast needs a scalar and at least 2 lanes, got %s and %s lanes",
          value.dtype(),
          lanes);
    }

    @Override
    public DType dtype() {
      return value.dtype().withLanes(lanes);
    }
  }

  /** A value under a name, within an expression. */
  record Let(Var var, Expr value, Expr body) implements Expr {
    /** Checks that the variable has the value's type. */
    public Let {
      Checks.sameType("Let", var, value);
    }

    @Override
    public DType dtype() {
      return body.dtype();
    }
  }

  /** The lanes of several vectors, picked by constant positions in their concatenation. */
  record Shuffle(List<Expr> vectors, List<Expr> positions) implements Expr {
    /** Checks that there is something to pick from. */
    public Shuffle {
      vectors = List.copyOf(vectors);
      positions = List.copyOf(positions);
      Checks.require(
          !vectors.isEmpty() && !positions.isEmpty(),
          "Shuffle needs vectors and positions, got %s and %s",
          vectors.size(),
          positions.size());
    }

    @Override
    public DType dtype() {
      return vectors.get(0).dtype().withLanes(positions.size());
    }
  }

  /** A call of a built-in or of a function of the module. */
  record Call(DType dtype, Callee callee, List<Expr> args) implements Expr {
    /** Copies the arguments. */
    public Call {
      args = List.copyOf(args);
    }

    /** A call of a built-in. */
    public static Call of(DType dtype, Intrinsic intrinsic, Expr... args) {
      return new Call(dtype, intrinsic, List.of(args));
    }

    /** Whether this calls the given built-in. */
    public boolean is(Intrinsic intrinsic) {
      return callee == intrinsic;
    }
  }

  // Builders. They fold constants and neutral elements of integers, nothing else; anything deeper
  // is dev.weft.tir.arith's job. Floats are never folded here: x + 0 is not x for -0.0.

  /** A number of an integer, bool or floating-point type; a vector type gives a broadcast. */
  static Expr imm(DType dtype, double value) {
    Expr scalar =
        dtype.isFloat()
            ? new FloatImm(dtype.scalar(), value)
            : new IntImm(dtype.scalar(), (long) value);
    return dtype.isVector() ? new Broadcast(scalar, dtype.lanes()) : scalar;
  }

  /** An integer of the given type; a vector type gives a broadcast. */
  static Expr imm(DType dtype, long value) {
    Expr scalar =
        dtype.isFloat() ? new FloatImm(dtype.scalar(), value) : new IntImm(dtype.scalar(), value);
    return dtype.isVector() ? new Broadcast(scalar, dtype.lanes()) : scalar;
  }

  /** An int32. */
  static Expr int32(long value) {
    return new IntImm(DType.INT32, value);
  }

  /** Several int32. */
  static List<Expr> int32s(long... values) {
    return Arrays.stream(values).mapToObj(Expr::int32).toList();
  }

  /** A float32. */
  static Expr float32(double value) {
    return new FloatImm(DType.FLOAT32, value);
  }

  /** A truth value. */
  static Expr bool(boolean value) {
    return new IntImm(DType.BOOL, value ? 1 : 0);
  }

  /** {@code op(a, b)}; integer constants are folded, int operands of different width widened. */
  static Expr binary(BinaryOp op, Expr a, Expr b) {
    return Builders.binary(op, a, b);
  }

  /** {@code a + b}. */
  static Expr add(Expr a, Expr b) {
    return binary(BinaryOp.ADD, a, b);
  }

  /** {@code a + b} with a constant of a's type. */
  static Expr add(Expr a, long b) {
    return add(a, imm(a.dtype(), b));
  }

  /** {@code a - b}. */
  static Expr sub(Expr a, Expr b) {
    return binary(BinaryOp.SUB, a, b);
  }

  /** {@code a - b} with a constant of a's type. */
  static Expr sub(Expr a, long b) {
    return sub(a, imm(a.dtype(), b));
  }

  /** {@code a * b}. */
  static Expr mul(Expr a, Expr b) {
    return binary(BinaryOp.MUL, a, b);
  }

  /** {@code a * b} with a constant of a's type. */
  static Expr mul(Expr a, long b) {
    return mul(a, imm(a.dtype(), b));
  }

  /** {@code a / b}: real on floats, truncating on integers. */
  static Expr div(Expr a, Expr b) {
    return binary(BinaryOp.DIV, a, b);
  }

  /** The remainder of the truncating division. */
  static Expr truncMod(Expr a, Expr b) {
    return binary(BinaryOp.MOD, a, b);
  }

  /** {@code floor(a / b)}. */
  static Expr floorDiv(Expr a, Expr b) {
    return binary(BinaryOp.FLOOR_DIV, a, b);
  }

  /** {@code floor(a / b)} with a constant of a's type. */
  static Expr floorDiv(Expr a, long b) {
    return floorDiv(a, imm(a.dtype(), b));
  }

  /** {@code a - floor(a / b) * b}. */
  static Expr floorMod(Expr a, Expr b) {
    return binary(BinaryOp.FLOOR_MOD, a, b);
  }

  /** {@code a mod b} with a constant of a's type. */
  static Expr floorMod(Expr a, long b) {
    return floorMod(a, imm(a.dtype(), b));
  }

  /** {@code ceil(a / b)} for positive b. */
  static Expr ceilDiv(Expr a, Expr b) {
    return floorDiv(add(a, sub(b, 1)), b);
  }

  /** The smaller value. */
  static Expr min(Expr a, Expr b) {
    return binary(BinaryOp.MIN, a, b);
  }

  /** The larger value. */
  static Expr max(Expr a, Expr b) {
    return binary(BinaryOp.MAX, a, b);
  }

  /** {@code a < b}. */
  static Expr lt(Expr a, Expr b) {
    return binary(BinaryOp.LT, a, b);
  }

  /** {@code a <= b}. */
  static Expr le(Expr a, Expr b) {
    return binary(BinaryOp.LE, a, b);
  }

  /** {@code a > b}. */
  static Expr gt(Expr a, Expr b) {
    return binary(BinaryOp.GT, a, b);
  }

  /** {@code a >= b}. */
  static Expr ge(Expr a, Expr b) {
    return binary(BinaryOp.GE, a, b);
  }

  /** {@code a == b}. */
  static Expr eq(Expr a, Expr b) {
    return binary(BinaryOp.EQ, a, b);
  }

  /** {@code a != b}. */
  static Expr ne(Expr a, Expr b) {
    return binary(BinaryOp.NE, a, b);
  }

  /** {@code a and b}; a constant operand is folded. */
  static Expr and(Expr a, Expr b) {
    return binary(BinaryOp.AND, a, b);
  }

  /** {@code a or b}; a constant operand is folded. */
  static Expr or(Expr a, Expr b) {
    return binary(BinaryOp.OR, a, b);
  }

  /** {@code not a}; a constant is folded. */
  static Expr not(Expr a) {
    return a instanceof IntImm imm ? bool(imm.value() == 0) : new Not(a);
  }

  /** The value converted; nothing for the same type, folded for constants. */
  static Expr cast(DType dtype, Expr value) {
    return Builders.cast(dtype, value);
  }

  /** Whether this is the integer constant {@code value}. */
  default boolean isConst(long value) {
    return this instanceof IntImm imm && imm.value() == value;
  }

  /** A list with {@code more} at its end. */
  static List<Expr> append(List<Expr> list, Expr more) {
    List<Expr> result = new ArrayList<>(list);
    result.add(more);
    return List.copyOf(result);
  }
}
