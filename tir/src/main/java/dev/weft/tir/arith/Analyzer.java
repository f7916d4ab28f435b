package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;

/**
 * What is known about variables, and what follows from it: simplification, bounds and proofs. Not
 * thread-safe; make one for each piece of work.
 *
 * <p>Variables of int32 and int64 are assumed to take part in arithmetic that doesn't overflow.
 * Nothing is assumed about the sign of a symbolic size unless it is said ({@link #bind(Var,
 * ConstBounds)}, {@link #constraint}).
 */
public final class Analyzer {
  private static final int MAX_CACHED = 1 << 14;

  private Context context = new Context();
  private final Sums sums = new Sums(this);
  private final Digits digits = new Digits(this);
  private final Division division = new Division(this);
  private final Bounds boundRules = new Bounds(this);
  private final Modular modularRules = new Modular(this);
  private final Prover prover = new Prover(this);
  private final CompareRules compareRules = new CompareRules(this);
  private final SelectRules selectRules = new SelectRules(this);
  private final Simplifier simplifier = new Simplifier(this);

  /** A fact that holds until it is closed. */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /** Makes an analyzer that knows nothing. */
  public Analyzer() {}

  /** The variable takes the values of the range; a range of one value replaces the variable. */
  public void bind(Var var, Range range) {
    forget();
    Expr min = simplify(range.min());
    Expr extent = simplify(range.extent());
    context.values.remove(var);
    if (extent.isConst(1) && min.dtype().equals(var.dtype())) {
      context.values.put(var, min);
      return;
    }
    ConstBounds low = boundsOf(min);
    ConstBounds count = boundsOf(extent);
    ConstBounds last = low.plus(count).plus(ConstBounds.point(-1));
    context.bounds.put(var, new ConstBounds(low.min(), Math.max(low.min(), last.max())));
    if (isIndexType(var.dtype())
        && !(min instanceof Expr.IntImm && extent instanceof Expr.IntImm)
        && min.dtype().equals(var.dtype())
        && extent.dtype().equals(var.dtype())) {
      context.symbolic.put(var, new Range(min, extent));
    }
    forget();
  }

  /** The variable stands for the value, which replaces it. */
  public void bind(Var var, Expr value) {
    forget();
    Expr simple = simplify(value);
    if (!Occurs.in(simple, var)) {
      context.values.put(var, simple);
    }
    forget();
  }

  /** The variable lies within constants: a size is {@code new ConstBounds(1, POS_INF)}. */
  public void bind(Var var, ConstBounds bounds) {
    context.bounds.put(var, bounds);
    forget();
  }

  /** The variable is {@code coeff * k + base}. */
  public void bind(Var var, ModularSet modular) {
    context.modular.put(var, modular);
    forget();
  }

  /** The condition holds until the scope is closed; scopes are closed in reverse order. */
  public Scope constraint(Expr condition) {
    Expr simple = simplify(condition);
    Scope scope = scope();
    assume(simple);
    return scope;
  }

  /** The canonical form; the same object if nothing can be done. */
  public Expr simplify(Expr e) {
    return simplifier.simplify(e);
  }

  /**
   * Simplifies every expression of a statement under what its loops, conditions and bindings say,
   * and takes out branches that are never or always taken.
   */
  public Stmt simplify(Stmt s) {
    return new StmtSimplifier(this).stmt(s);
  }

  /** Whether the condition is proven to hold. */
  public boolean prove(Expr condition) {
    return simplify(condition).isConst(1);
  }

  /** Whether both integers are proven to be the same number; they may have different types. */
  public boolean proveEqual(Expr a, Expr b) {
    if (a == b) {
      return true;
    }
    if (!a.dtype().isInt() || !b.dtype().isInt()) {
      return simplify(a).equals(simplify(b));
    }
    return prove(Expr.eq(a, b));
  }

  /** Whether {@code a < b} is proven. */
  public boolean proveLess(Expr a, Expr b) {
    return prove(Expr.lt(a, b));
  }

  /** Whether {@code a <= b} is proven. */
  public boolean proveLessEqual(Expr a, Expr b) {
    return prove(Expr.le(a, b));
  }

  /** Whether {@code a} is proven to be a multiple of {@code b}. */
  public boolean proveDivisible(Expr a, Expr b) {
    return prove(Expr.eq(Expr.floorMod(a, b), Expr.imm(a.dtype(), 0)));
  }

  /** Constants between which the value of an integer or bool (any lane) lies. */
  public ConstBounds bounds(Expr e) {
    if (Occurs.larger(e, Simplifier.MAX_SIZE)) {
      return ConstBounds.of(e.dtype());
    }
    ConstBounds direct = boundsOf(e);
    if (direct.isPoint() || e instanceof Var || Occurs.effect(e)) {
      return direct;
    }
    return direct.intersect(boundsOf(simplify(e)));
  }

  /** What the value of a scalar integer is modulo a number. */
  public ModularSet modularSet(Expr e) {
    return modularOf(simplify(e));
  }

  // What follows is for the parts of this package.

  /** What is learnt from here on is forgotten when the scope is closed. */
  Scope scope() {
    Context outer = context;
    context = new Context(outer);
    return () -> context = outer;
  }

  /** Adds a simplified condition to what is known in the present scope. */
  void assume(Expr condition) {
    new Facts(this).assume(condition);
  }

  static boolean isIndexType(DType dtype) {
    return dtype.code() == DType.Code.INT && dtype.bits() >= 32 && dtype.lanes() == 1;
  }

  Context context() {
    return context;
  }

  Sums sums() {
    return sums;
  }

  Digits digits() {
    return digits;
  }

  Division division() {
    return division;
  }

  Prover prover() {
    return prover;
  }

  Simplifier simplifier() {
    return simplifier;
  }

  CompareRules compare() {
    return compareRules;
  }

  SelectRules select() {
    return selectRules;
  }

  Sum toSum(Expr e) {
    return simplifier.toSum(e);
  }

  Expr print(Sum sum) {
    return simplifier.print(sum);
  }

  ConstBounds boundsOf(Sum sum) {
    return boundRules.of(sum);
  }

  ConstBounds boundsOf(Expr e) {
    ConstBounds known = context.exprBounds.get(e);
    if (known == null) {
      known = boundRules.of(e);
      if (isIndexType(e.dtype()) && e instanceof Expr.Binary(var op, var a, var b)) {
        known = known.intersect(byFacts(e, op));
      }
      if (context.exprBounds.size() > MAX_CACHED) {
        context.exprBounds.clear();
      }
      context.exprBounds.put(e, known);
    }
    return known;
  }

  /** What facts say about a sum that is an operand. */
  private ConstBounds byFacts(Expr e, BinaryOp op) {
    boolean sum = op == BinaryOp.ADD || op == BinaryOp.SUB;
    if (!sum || context.nonNegative.isEmpty()) {
      return ConstBounds.EVERYTHING;
    }
    try {
      return boundRules.of(toSum(e));
    } catch (ArithmeticException tooLarge) {
      return ConstBounds.EVERYTHING;
    }
  }

  ModularSet modularOf(Sum sum) {
    return modularRules.of(sum);
  }

  ModularSet modularOf(Expr e) {
    ModularSet known = context.exprModular.get(e);
    if (known == null) {
      known = modularRules.of(e);
      if (context.exprModular.size() > MAX_CACHED) {
        context.exprModular.clear();
      }
      context.exprModular.put(e, known);
    }
    return known;
  }

  /** Whether the sum is made of data and may exceed its type, so that only ring laws hold. */
  boolean mayWrap(Sum sum) {
    boolean plain =
        sum.base() == 0
            && sum.terms().size() == 1
            && sum.terms().get(0).isSingle()
            && sum.terms().get(0).scale() == 1;
    if (plain || sum.isConstant()) {
      return false;
    }
    for (Term term : sum.terms()) {
      for (Split factor : term.factors()) {
        if (Occurs.data(factor.index())) {
          ConstBounds bounds = boundsOf(sum);
          return !bounds.isFinite() || !bounds.within(ConstBounds.of(sum.dtype()));
        }
      }
    }
    return false;
  }

  /** Drops what was concluded, because what is known has changed. */
  void forget() {
    context.forget();
  }
}
