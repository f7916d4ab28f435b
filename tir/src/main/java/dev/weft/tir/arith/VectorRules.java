package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import org.jspecify.annotations.Nullable;

/** Vectors: operations go inside broadcasts and ramps where every lane stays what it was. */
final class VectorRules {
  private final Analyzer analyzer;

  VectorRules(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  Expr simplify(Expr e) {
    if (e instanceof Var v) {
      return analyzer.context().values.getOrDefault(v, v);
    }
    if (e instanceof Expr.Let let) {
      return analyzer.simplifier().let(let);
    }
    Expr mapped = Children.map(e, analyzer::simplify);
    int lanes = e.dtype().lanes();
    return switch (mapped) {
      case Expr.Ramp(var base, var stride, var n) when stride.isConst(0) ->
          new Expr.Broadcast(base, n);
      case Expr.Binary b -> binary(b, lanes);
      case Expr.Not(Expr.Broadcast(var value, var n)) -> broadcast(Expr.not(value), n);
      case Expr.Cast(var dtype, Expr.Broadcast(var value, var n)) ->
          broadcast(Expr.cast(dtype.scalar(), value), n);
      case Expr.Select(Expr.Broadcast(var c, var n), var t, var f) when c instanceof Expr.IntImm ->
          c.isConst(0) ? f : t;
      case Expr.Select(var c, var t, var f) when t.equals(f) -> t;
      case Expr.Select(
              Expr.Broadcast(var c, var n),
              Expr.Broadcast(var t, var n2),
              Expr.Broadcast(var f, var n3)) ->
          broadcast(new Expr.Select(c, t, f), n);
      case Expr x -> x;
    };
  }

  private Expr broadcast(Expr value, int lanes) {
    return new Expr.Broadcast(analyzer.simplify(value), lanes);
  }

  private Expr binary(Expr.Binary e, int lanes) {
    Expr a = e.a();
    Expr b = e.b();
    if (a instanceof Expr.Broadcast(var x, var n) && b instanceof Expr.Broadcast(var y, var m)) {
      return broadcast(Expr.binary(e.op(), x, y), lanes);
    }
    boolean index = Analyzer.isIndexType(a.dtype().scalar());
    Expr done = index ? indexes(e.op(), a, b, lanes) : null;
    if (done != null) {
      return done;
    }
    Expr folded = Expr.binary(e.op(), a, b);
    if (!folded.equals(e)) {
      return folded;
    }
    if (e.op() == BinaryOp.AND || e.op() == BinaryOp.OR) {
      return a.equals(b) ? a : withConstant(e, a, b);
    }
    return e;
  }

  private static Expr withConstant(Expr.Binary e, Expr a, Expr b) {
    boolean and = e.op() == BinaryOp.AND;
    if (a instanceof Expr.Broadcast(Expr.IntImm x, var n)) {
      return (x.value() != 0) == and ? b : a;
    }
    if (b instanceof Expr.Broadcast(Expr.IntImm y, var n)) {
      return (y.value() != 0) == and ? a : b;
    }
    return e;
  }

  private @Nullable Expr indexes(BinaryOp op, Expr a, Expr b, int lanes) {
    Lanes x = ramp(a);
    Lanes y = ramp(b);
    if (x == null || y == null) {
      return null;
    }
    return switch (op) {
      case ADD, SUB ->
          make(Expr.binary(op, x.base(), y.base()), Expr.binary(op, x.stride(), y.stride()), lanes);
      case MUL ->
          y.isBroadcast()
              ? make(Expr.mul(x.base(), y.base()), Expr.mul(x.stride(), y.base()), lanes)
              : x.isBroadcast()
                  ? make(Expr.mul(x.base(), y.base()), Expr.mul(x.base(), y.stride()), lanes)
                  : null;
      case FLOOR_DIV, FLOOR_MOD -> y.isBroadcast() ? divided(op, x, y.base(), lanes) : null;
      case DIV, MOD -> {
        boolean floor =
            y.isBroadcast()
                && analyzer.prove(Expr.ge(y.base(), Expr.imm(y.base().dtype(), 1)))
                && analyzer.prove(Expr.ge(x.base(), Expr.imm(x.base().dtype(), 0)))
                && analyzer.prove(Expr.ge(last(x, lanes), Expr.imm(x.base().dtype(), 0)));
        yield floor
            ? divided(
                op == BinaryOp.DIV ? BinaryOp.FLOOR_DIV : BinaryOp.FLOOR_MOD, x, y.base(), lanes)
            : null;
      }
      case LT, LE, GT, GE -> ordered(op, x, y, lanes);
      case EQ, NE -> {
        Expr difference = analyzer.simplify(Expr.sub(x.base(), y.base()));
        Lanes d = new Lanes(difference, analyzer.simplify(Expr.sub(x.stride(), y.stride())));
        ConstBounds bounds = lanesBounds(d, lanes);
        boolean never = bounds.min() > 0 || bounds.max() < 0;
        yield never ? new Expr.Broadcast(Expr.bool(op == BinaryOp.NE), lanes) : null;
      }
      case MIN, MAX -> {
        Expr less = ordered(BinaryOp.LE, x, y, lanes);
        boolean decided = less instanceof Expr.Broadcast(Expr.IntImm imm, var n);
        boolean aBelow =
            decided && less instanceof Expr.Broadcast(Expr.IntImm imm, var n) && imm.value() != 0;
        yield !decided ? null : aBelow == (op == BinaryOp.MIN) ? a : b;
      }
      case AND, OR -> null;
    };
  }

  /** A vector {@code base + stride * lane}, a broadcast among them. */
  private record Lanes(Expr base, Expr stride) {
    boolean isBroadcast() {
      return stride.isConst(0);
    }
  }

  private static @Nullable Lanes ramp(Expr e) {
    if (e instanceof Expr.Ramp(var base, var stride, var n)) {
      return new Lanes(base, stride);
    }
    if (e instanceof Expr.Broadcast(var value, var n)) {
      return new Lanes(value, Expr.imm(value.dtype(), 0));
    }
    return null;
  }

  private Expr make(Expr base, Expr stride, int lanes) {
    Expr b = analyzer.simplify(base);
    Expr s = analyzer.simplify(stride);
    return s.isConst(0) ? new Expr.Broadcast(b, lanes) : new Expr.Ramp(b, s, lanes);
  }

  private @Nullable Expr divided(BinaryOp op, Lanes x, Expr divisor, int lanes) {
    DType dtype = divisor.dtype();
    if (!(divisor instanceof Expr.IntImm c) || c.value() <= 0) {
      return null;
    }
    if (!(x.stride() instanceof Expr.IntImm stride)) {
      return null;
    }
    Expr zero = Expr.imm(dtype, 0);
    boolean div = op == BinaryOp.FLOOR_DIV;
    if (stride.value() % c.value() == 0) {
      return make(
          Expr.binary(op, x.base(), divisor),
          div ? Expr.imm(dtype, stride.value() / c.value()) : zero,
          lanes);
    }
    // all lanes in one quotient: the remainder of the first leaves room for the last
    Expr first = analyzer.simplify(Expr.floorMod(x.base(), divisor));
    ConstBounds reach =
        analyzer
            .bounds(first)
            .plus(ConstBounds.point(stride.value()).times(ConstBounds.point(lanes - 1L)));
    ConstBounds start = analyzer.bounds(first);
    boolean oneQuotient =
        Math.max(reach.max(), start.max()) < c.value() && Math.min(reach.min(), start.min()) >= 0;
    if (!oneQuotient) {
      return null;
    }
    return div ? make(Expr.floorDiv(x.base(), divisor), zero, lanes) : make(first, stride, lanes);
  }

  private static Expr last(Lanes x, int lanes) {
    return Expr.add(x.base(), Expr.mul(x.stride(), lanes - 1L));
  }

  private ConstBounds lanesBounds(Lanes x, int lanes) {
    return analyzer
        .bounds(x.base())
        .plus(analyzer.bounds(x.stride()).times(new ConstBounds(0, lanes - 1L)));
  }

  /** An order that is the same in the first and the last lane is so in all, as both are linear. */
  private @Nullable Expr ordered(BinaryOp op, Lanes x, Lanes y, int lanes) {
    Expr first = analyzer.simplify(Expr.binary(op, x.base(), y.base()));
    Expr end = analyzer.simplify(Expr.binary(op, last(x, lanes), last(y, lanes)));
    return first.equals(end) ? new Expr.Broadcast(first, lanes) : null;
  }
}
