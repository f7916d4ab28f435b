package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The TensorIR variables that the symbolic sizes of one function stand for. */
public final class SizeVars {
  private final DType indexType;
  private final Map<String, Var> vars = new LinkedHashMap<>();

  /**
   * @param indexType int32, or int64 for functions over tensors of 2^31 elements and more
   */
  public SizeVars(DType indexType) {
    this.indexType = indexType;
  }

  /** Variables that are there already, each standing for the size of its name. */
  public static SizeVars over(Collection<Var> known) {
    SizeVars sizes = new SizeVars(DType.INT32);
    known.forEach(variable -> sizes.vars.put(variable.name(), variable));
    return sizes;
  }

  /** The type of sizes and indices. */
  public DType indexType() {
    return indexType;
  }

  /** The variables made so far, by symbol. */
  public Map<String, Var> vars() {
    return Collections.unmodifiableMap(vars);
  }

  /** A size as an expression. */
  public Expr expr(IntExpr size) {
    return switch (size) {
      case IntExpr.Const(long value) -> Expr.imm(indexType, value);
      case IntExpr.Symbol(String name) ->
          vars.computeIfAbsent(name, symbol -> Var.of(symbol, indexType));
      case IntExpr.Binary(IntExpr.Op op, IntExpr a, IntExpr b) -> {
        Expr x = expr(a);
        Expr y = expr(b);
        yield switch (op) {
          case ADD -> Expr.add(x, y);
          case SUB -> Expr.sub(x, y);
          case MUL -> Expr.mul(x, y);
          case FLOOR_DIV -> Expr.floorDiv(x, y);
          case FLOOR_MOD -> Expr.floorMod(x, y);
          case MIN -> Expr.min(x, y);
          case MAX -> Expr.max(x, y);
        };
      }
    };
  }

  /**
   * The size that an expression over these variables stands for.
   *
   * @throws IllegalArgumentException if it is no arithmetic on sizes
   */
  public IntExpr size(Expr expr) {
    return switch (expr) {
      case Expr.IntImm(DType type, long value) -> IntExpr.of(value);
      case Var variable -> IntExpr.symbol(symbol(variable));
      case Expr.Cast(DType type, Expr value) -> size(value);
      case Expr.Binary(BinaryOp op, Expr a, Expr b) -> IntExpr.of(operation(op), size(a), size(b));
      case Expr.FloatImm e -> throw noSize(e);
      case Expr.StringImm e -> throw noSize(e);
      case Expr.Not e -> throw noSize(e);
      case Expr.Select e -> throw noSize(e);
      case Expr.Load e -> throw noSize(e);
      case Expr.Ramp e -> throw noSize(e);
      case Expr.Broadcast e -> throw noSize(e);
      case Expr.Let e -> throw noSize(e);
      case Expr.Shuffle e -> throw noSize(e);
      case Expr.Call e -> throw noSize(e);
    };
  }

  private String symbol(Var variable) {
    for (Map.Entry<String, Var> entry : vars.entrySet()) {
      if (entry.getValue().equals(variable)) {
        return entry.getKey();
      }
    }
    throw noSize(variable);
  }

  private static IntExpr.Op operation(BinaryOp op) {
    return switch (op) {
      case ADD -> IntExpr.Op.ADD;
      case SUB -> IntExpr.Op.SUB;
      case MUL -> IntExpr.Op.MUL;
      case FLOOR_DIV -> IntExpr.Op.FLOOR_DIV;
      case FLOOR_MOD -> IntExpr.Op.FLOOR_MOD;
      case MIN -> IntExpr.Op.MIN;
      case MAX -> IntExpr.Op.MAX;
      case DIV, MOD, EQ, NE, LT, LE, GT, GE, AND, OR ->
          throw new IllegalArgumentException("a shape can't be worked out with " + op.text);
    };
  }

  private static IllegalArgumentException noSize(Expr expr) {
    return new IllegalArgumentException("'" + expr + "' in a shape is no arithmetic on sizes");
  }
}
