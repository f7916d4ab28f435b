package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
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
}
