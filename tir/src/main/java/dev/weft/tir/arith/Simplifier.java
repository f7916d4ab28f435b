package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.Map;

/**
 * Sends each expression to the rules of its kind. Scalar int32 and int64 expressions become
 * canonical {@link Sum}s; what those cannot look into is an atom of the sum, with simplified
 * children.
 */
final class Simplifier {
  /** Expressions with more nodes are left as they are. */
  static final int MAX_SIZE = 1 << 13;

  /** Steps spent on one call; beyond, an expression is left as it is. */
  private static final int MAX_WORK = 20_000;

  private static final int MAX_CACHED = 1 << 14;

  private final Analyzer analyzer;
  private final MinMaxRules minMax;
  private final LogicRules logic;
  private final VectorRules vectors;
  private int depth;
  private int work;

  /** Says that an expression is too large to be worth more work. */
  private static final class TooMuchWork extends RuntimeException {
    TooMuchWork() {
      super("expression too large", null, false, false);
    }
  }

  Simplifier(Analyzer analyzer) {
    this.analyzer = analyzer;
    minMax = new MinMaxRules(analyzer);
    logic = new LogicRules(analyzer);
    vectors = new VectorRules(analyzer);
  }

  Expr simplify(Expr e) {
    if (e instanceof Expr.IntImm || e instanceof Expr.FloatImm || e instanceof Expr.StringImm) {
      return e;
    }
    boolean outermost = depth == 0;
    if (outermost) {
      if (Occurs.larger(e, MAX_SIZE)) {
        return e;
      }
      work = 0;
    }
    depth++;
    try {
      Expr result = dispatch(e);
      return result.equals(e) ? e : result;
    } catch (ArithmeticException tooLarge) {
      return e; // numbers beyond 64 bits or beyond the type on the way
    } catch (TooMuchWork tooMuch) {
      if (!outermost) {
        throw tooMuch;
      }
      return e;
    } finally {
      depth--;
    }
  }

  private Expr dispatch(Expr e) {
    if (++work > MAX_WORK) {
      throw new TooMuchWork();
    }
    if (e instanceof Expr.Call && Occurs.effect(e)) {
      return Children.map(e, this::simplify);
    }
    DType dtype = e.dtype();
    if (dtype.isVector()) {
      return Occurs.effect(e) ? Children.map(e, this::simplify) : vectors.simplify(e);
    }
    if (Analyzer.isIndexType(dtype)) {
      return Occurs.effect(e) ? Children.map(e, this::simplify) : print(toSum(e));
    }
    if (dtype.isBool()) {
      return Occurs.effect(e) ? Children.map(e, this::simplify) : logic.simplify(e);
    }
    return other(e);
  }

  /** Floats, and integers that wrap around: what is exact for every value. */
  private Expr other(Expr e) {
    if (e instanceof Var v) {
      return analyzer.context().values.getOrDefault(v, v);
    }
    if (e instanceof Expr.Let let) {
      return let(let);
    }
    if (Occurs.effect(e)) {
      return Children.map(e, this::simplify);
    }
    if (e instanceof Expr.Select s) {
      return analyzer.select().simplify(s);
    }
    if (e instanceof Expr.Call call && call.is(Intrinsic.IF_THEN_ELSE)) {
      return analyzer.select().simplify(call);
    }
    Expr mapped = Children.map(e, this::simplify);
    return switch (mapped) {
      case Expr.Binary b when b.dtype().isInt() -> wrapping(b);
      case Expr.Binary b -> floating(b);
      case Expr.Cast(var dtype, var value) -> Expr.cast(dtype, value);
      case Expr x -> x;
    };
  }

  private Expr wrapping(Expr.Binary e) {
    Expr a = e.a();
    Expr b = e.b();
    if (e.op() == BinaryOp.SUB && a.equals(b)) {
      return Expr.imm(e.dtype(), 0);
    }
    if (e.op() == BinaryOp.MIN || e.op() == BinaryOp.MAX) {
      ConstBounds x = analyzer.boundsOf(a);
      ConstBounds y = analyzer.boundsOf(b);
      boolean min = e.op() == BinaryOp.MIN;
      boolean aBelow = x.max() != ConstBounds.POS_INF && x.max() <= y.min();
      boolean bBelow = y.max() != ConstBounds.POS_INF && y.max() <= x.min();
      if (a.equals(b) || (min ? aBelow : bBelow)) {
        return a;
      }
      if (min ? bBelow : aBelow) {
        return b;
      }
    }
    Expr folded = Expr.binary(e.op(), a, b);
    return folded.equals(e) ? e : folded;
  }

  /** x*1, x/1 and x-0 are x for every x; x+0 is not (-0.0), nor is x*0 0, nor x-x. */
  private static Expr floating(Expr.Binary e) {
    boolean one = e.b() instanceof Expr.FloatImm imm && imm.value() == 1;
    boolean zero =
        e.b() instanceof Expr.FloatImm imm
            && Double.doubleToRawLongBits(imm.value()) == Double.doubleToRawLongBits(0.0);
    return switch (e.op()) {
      case MUL -> one ? e.a() : e.a() instanceof Expr.FloatImm x && x.value() == 1 ? e.b() : e;
      case DIV -> one ? e.a() : e;
      case SUB -> zero ? e.a() : e;
      case MIN, MAX -> e.a().equals(e.b()) ? e.a() : e;
      case ADD, MOD, FLOOR_DIV, FLOOR_MOD, EQ, NE, LT, LE, GT, GE, AND, OR -> e;
    };
  }

  Sum toSum(Expr e) {
    if (depth == 0) {
      if (Occurs.larger(e, MAX_SIZE)) {
        return Sum.atom(e);
      }
      depth++;
      work = 0;
      try {
        return toSum(e);
      } catch (ArithmeticException | TooMuchWork tooLarge) {
        return Sum.atom(e);
      } finally {
        depth--;
      }
    }
    Sum sum = analyzer.context().sums.get(e);
    if (sum == null) {
      if (++work > MAX_WORK) {
        throw new TooMuchWork();
      }
      sum = compute(e);
      remember(e, sum);
    }
    return sum;
  }

  Expr print(Sum sum) {
    Expr e = SumPrinter.print(sum);
    remember(e, sum);
    return e;
  }

  private void remember(Expr e, Sum sum) {
    var known = analyzer.context().sums;
    if (known.size() > MAX_CACHED) {
      known.clear();
    }
    known.put(e, sum);
  }

  private Sum atom(Expr e) {
    Sum sum = Sum.atom(e);
    remember(e, sum);
    return sum;
  }

  private Sum compute(Expr e) {
    return switch (e) {
      case Expr.IntImm imm -> Sum.constant(imm.dtype(), imm.value());
      case Var v -> {
        Expr value = analyzer.context().values.get(v);
        if (value != null && value.dtype().equals(v.dtype())) {
          yield toSum(value);
        }
        ConstBounds bounds = analyzer.boundsOf(v);
        yield bounds.isPoint() ? Sum.constant(v.dtype(), bounds.min()) : Sum.atom(v);
      }
      case Expr.Binary(var op, var a, var b) -> binary(op, toSum(a), toSum(b));
      case Expr.Cast cast -> cast(cast);
      case Expr.Select s -> analyzer.select().toSum(s);
      case Expr.Call call when call.is(Intrinsic.IF_THEN_ELSE) -> analyzer.select().toSum(call);
      case Expr.Let let -> {
        Expr inlined = let(let);
        yield inlined instanceof Expr.Let ? atom(inlined) : toSum(inlined);
      }
      case Expr.Call call -> atom(Children.map(call, this::simplify));
      case Expr.Load load -> atom(Children.map(load, this::simplify));
      case Expr.Shuffle s -> atom(Children.map(s, this::simplify));
      case Expr.Not n -> throw new IllegalStateException("not an integer: " + n);
      case Expr.FloatImm f -> throw new IllegalStateException("not an integer: " + f);
      case Expr.StringImm s -> throw new IllegalStateException("not an integer: " + s);
      case Expr.Ramp r -> throw new IllegalStateException("not a scalar: " + r);
      case Expr.Broadcast b -> throw new IllegalStateException("not a scalar: " + b);
    };
  }

  private Sum binary(BinaryOp op, Sum a, Sum b) {
    return switch (op) {
      case ADD -> analyzer.sums().add(a, b);
      case SUB -> analyzer.sums().sub(a, b);
      case MUL -> analyzer.sums().mul(a, b);
      case FLOOR_DIV -> analyzer.division().floorDiv(a, b);
      case FLOOR_MOD -> analyzer.division().floorMod(a, b);
      case DIV, MOD -> truncated(op, a, b);
      case MIN, MAX -> minMax.simplify(op, a, b);
      case EQ, NE, LT, LE, GT, GE, AND, OR ->
          throw new IllegalStateException(op + " gives no integer");
    };
  }

  private Sum truncated(BinaryOp op, Sum a, Sum b) {
    if (analyzer.mayWrap(a) || analyzer.mayWrap(b)) {
      return atom(analyzer.print(analyzer.division().opaque(op, a, b)));
    }
    if (analyzer.prover().nonNegative(a) && analyzer.prover().nonNegative(b.plus(-1))) {
      return op == BinaryOp.DIV
          ? analyzer.division().floorDiv(a, b)
          : analyzer.division().floorMod(a, b);
    }
    if (b.isConstant() && b.base() != 0) {
      ModularSet modular = analyzer.modularOf(a);
      boolean exact = modular.fixes(b.base()) && modular.base() % b.base() == 0;
      if (exact) {
        return op == BinaryOp.DIV ? analyzer.division().floorDiv(a, b) : Sum.constant(a.dtype(), 0);
      }
      if (a.isConstant()) {
        return Sum.constant(
            a.dtype(), op == BinaryOp.DIV ? a.base() / b.base() : a.base() % b.base());
      }
    }
    return analyzer.division().opaque(op, a, b);
  }

  private Sum cast(Expr.Cast cast) {
    Expr value = cast.value();
    if (!Analyzer.isIndexType(value.dtype())) {
      return simplified(Expr.cast(cast.dtype(), simplify(value)));
    }
    Sum inner = toSum(value);
    if (inner.isConstant()) {
      return simplified(Expr.cast(cast.dtype(), analyzer.print(inner)));
    }
    if (cast.dtype().bits() >= inner.dtype().bits() && !analyzer.mayWrap(inner)) {
      return Casts.widened(analyzer, inner, cast.dtype());
    }
    return Casts.narrowed(analyzer, inner, cast.dtype());
  }

  private Sum simplified(Expr e) {
    return e instanceof Expr.IntImm imm ? Sum.constant(imm.dtype(), imm.value()) : atom(e);
  }

  /** A let of an index, a constant or a variable is put in place; others stay. */
  Expr let(Expr.Let let) {
    Expr value = simplify(let.value());
    boolean plain =
        value instanceof Var || value instanceof Expr.IntImm || value instanceof Expr.FloatImm;
    boolean index =
        Analyzer.isIndexType(value.dtype()) && !Occurs.data(value) && !Occurs.effect(value);
    if (plain || index) {
      return simplify(Substitute.in(let.body(), Map.of(let.var(), value)));
    }
    Expr body = simplify(let.body());
    return value == let.value() && body == let.body() ? let : new Expr.Let(let.var(), value, body);
  }
}
