package dev.weft.tir.arith;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;

/** What expressions and sums are modulo some number. */
final class Modular {
  private final Analyzer analyzer;

  Modular(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  ModularSet of(Sum sum) {
    ModularSet result = ModularSet.point(sum.base());
    for (Term term : sum.terms()) {
      ModularSet product = ModularSet.point(term.scale());
      for (Split factor : term.factors()) {
        product = product.times(factor.modular(analyzer.modularOf(factor.index())));
      }
      result = result.plus(product);
    }
    return result;
  }

  ModularSet of(Expr e) {
    if (!Analyzer.isIndexType(e.dtype()) && !(e instanceof Expr.IntImm)) {
      return ModularSet.EVERYTHING;
    }
    return switch (e) {
      case Var v -> {
        Expr value = analyzer.context().values.get(v);
        yield value != null
            ? analyzer.modularOf(value)
            : analyzer.context().modular.getOrDefault(v, ModularSet.EVERYTHING);
      }
      case Expr.IntImm imm -> ModularSet.point(imm.value());
      case Expr.Cast(var dtype, var value) ->
          Analyzer.isIndexType(value.dtype())
                  && analyzer.boundsOf(value).within(ConstBounds.of(dtype))
              ? analyzer.modularOf(value)
              : ModularSet.EVERYTHING;
      case Expr.Binary(var op, var a, var b) -> binary(op, a, b);
      case Expr.Select(var c, var t, var f) -> analyzer.modularOf(t).union(analyzer.modularOf(f));
      case Expr.Call call -> {
        if (call.is(Intrinsic.IF_THEN_ELSE)) {
          yield analyzer
              .modularOf(call.args().get(1))
              .union(analyzer.modularOf(call.args().get(2)));
        }
        yield ModularSet.EVERYTHING;
      }
      case Expr.FloatImm f -> ModularSet.EVERYTHING;
      case Expr.StringImm s -> ModularSet.EVERYTHING;
      case Expr.Not n -> ModularSet.EVERYTHING;
      case Expr.Load l -> ModularSet.EVERYTHING;
      case Expr.Ramp r -> ModularSet.EVERYTHING;
      case Expr.Broadcast b -> ModularSet.EVERYTHING;
      case Expr.Let l -> ModularSet.EVERYTHING;
      case Expr.Shuffle s -> ModularSet.EVERYTHING;
    };
  }

  private ModularSet binary(BinaryOp op, Expr a, Expr b) {
    ModularSet x = analyzer.modularOf(a);
    ModularSet y = analyzer.modularOf(b);
    boolean byConstant = y.coeff() == 0 && y.base() > 0;
    return switch (op) {
      case ADD -> x.plus(y);
      case SUB -> x.plus(y.times(ModularSet.point(-1)));
      case MUL -> x.times(y);
      case FLOOR_DIV -> byConstant ? x.floorDiv(y.base()) : ModularSet.EVERYTHING;
      case FLOOR_MOD -> byConstant ? x.floorMod(y.base()) : ModularSet.EVERYTHING;
      case MIN, MAX -> x.union(y);
      case DIV, MOD, EQ, NE, LT, LE, GT, GE, AND, OR -> ModularSet.EVERYTHING;
    };
  }
}
