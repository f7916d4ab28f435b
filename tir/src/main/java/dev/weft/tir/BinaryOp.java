package dev.weft.tir;

/**
 * The operations of {@link Expr.Binary}. DIV and MOD truncate towards zero on integers (C's
 * meaning; DIV is real division on floats); FLOOR_DIV and FLOOR_MOD round towards minus infinity.
 */
public enum BinaryOp {
  ADD("+", Kind.ARITHMETIC, true),
  SUB("-", Kind.ARITHMETIC, false),
  MUL("*", Kind.ARITHMETIC, true),
  DIV("/", Kind.ARITHMETIC, false),
  MOD("truncmod", Kind.ARITHMETIC, false),
  FLOOR_DIV("//", Kind.ARITHMETIC, false),
  FLOOR_MOD("%", Kind.ARITHMETIC, false),
  MIN("min", Kind.ARITHMETIC, true),
  MAX("max", Kind.ARITHMETIC, true),
  EQ("==", Kind.COMPARISON, true),
  NE("!=", Kind.COMPARISON, true),
  LT("<", Kind.COMPARISON, false),
  LE("<=", Kind.COMPARISON, false),
  GT(">", Kind.COMPARISON, false),
  GE(">=", Kind.COMPARISON, false),
  AND("and", Kind.LOGIC, true),
  OR("or", Kind.LOGIC, true);

  /** What an operation takes and gives. */
  public enum Kind {
    /** Two values of one type to a value of that type. */
    ARITHMETIC,
    /** Two values of one type to a truth value. */
    COMPARISON,
    /** Two truth values to a truth value. */
    LOGIC
  }

  /** The operator in TVMScript. */
  public final String text;

  /** What it takes and gives. */
  public final Kind kind;

  /** Whether the operands may be exchanged (on floats too, but for the payload of a NaN). */
  public final boolean commutative;

  BinaryOp(String text, Kind kind, boolean commutative) {
    this.text = text;
    this.kind = kind;
    this.commutative = commutative;
  }
}
