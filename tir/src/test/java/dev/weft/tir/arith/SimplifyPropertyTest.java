package dev.weft.tir.arith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Everything the analyzer says, against all values of the variables. */
class SimplifyPropertyTest {
  @Property(tries = 4000, seed = "20")
  void indexExpressionsKeepTheirValue(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    checkKept(r, r.index(1 + r.random.nextInt(5)));
  }

  @Property(tries = 3000, seed = "20")
  void anyIntegerExpressionKeepsItsValue(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    checkKept(r, r.integer(1 + r.random.nextInt(4)));
  }

  @Property(tries = 3000, seed = "20")
  void conditionsKeepTheirValue(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    checkKept(r, r.condition(r.random.nextInt(4)));
  }

  @Property(tries = 2000, seed = "20")
  void vectorsKeepTheirValue(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    boolean condition = r.random.nextBoolean();
    checkKept(r, condition ? r.vectorCondition(1, 4) : r.vector(2, 4));
  }

  @Property(tries = 2000, seed = "20")
  void underAConstraintTheValueIsKeptWhereItHolds(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    Expr condition = r.condition(1);
    Expr e = r.random.nextBoolean() ? r.integer(2) : r.condition(2);
    Analyzer analyzer = r.analyzer();
    try (Analyzer.Scope _ = analyzer.constraint(condition)) {
      Expr simple = analyzer.simplify(e);
      ConstBounds bounds = analyzer.bounds(e);
      BruteForce.forAll(
          r.domain,
          env -> {
            if (defined(condition, env)
                && BruteForce.eval(condition, env) == 1
                && defined(e, env)) {
              long value = BruteForce.eval(e, env);
              if (BruteForce.eval(simple, env) != value) {
                fail("%s under %s is %s at %s", t(e), t(condition), t(simple), env);
              }
              if (value < bounds.min() || bounds.max() < value) {
                fail("%s of %s under %s at %s", bounds, t(e), t(condition), env);
              }
            }
          });
    }
    checkKept(r, analyzer, e);
  }

  @Property(tries = 3000, seed = "20")
  void boundsAndModularSetsHold(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    Expr e = r.integer(1 + r.random.nextInt(3));
    Analyzer analyzer = r.analyzer();
    ConstBounds bounds = analyzer.bounds(e);
    ModularSet modular = analyzer.modularSet(e);
    BruteForce.forAll(
        r.domain,
        env -> {
          if (defined(e, env)) {
            long value = BruteForce.eval(e, env);
            if (value < bounds.min() || bounds.max() < value) {
              fail("%s of %s at %s", bounds, t(e), env);
            }
            boolean in =
                modular.coeff() == 0
                    ? value == modular.base()
                    : Math.floorMod(value, modular.coeff()) == modular.base();
            if (!in) {
              fail("%s of %s at %s", modular, t(e), env);
            }
          }
        });
  }

  @Property(tries = 2000, seed = "20")
  void symbolicRangesAreSound(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    Var n = Var.of("n", r.dtype);
    Var i = Var.of("i", r.dtype);
    Map<Var, Range> domain = new java.util.LinkedHashMap<>();
    domain.put(n, new Range(Expr.imm(r.dtype, 1), Expr.imm(r.dtype, 9)));
    domain.put(i, Range.upTo(r.random.nextBoolean() ? n : Expr.ceilDiv(n, Expr.imm(r.dtype, 4))));
    domain.putAll(r.domain);
    domain.keySet().removeIf(v -> v.name().equals("z"));
    Map<Var, Range> old = Map.copyOf(r.domain);
    Expr e =
        dev.weft.tir.Substitute.in(
            r.random.nextBoolean() ? r.condition(2) : r.integer(3),
            replacement(old, n, i, r.random.nextBoolean()));
    Analyzer analyzer = new Analyzer();
    analyzer.bind(n, new ConstBounds(1, ConstBounds.POS_INF));
    domain.forEach(
        (v, range) -> {
          if (v != n) {
            analyzer.bind(v, range);
          }
        });
    Expr simple = analyzer.simplify(e);
    BruteForce.forAll(
        domain,
        env -> {
          if (defined(e, env)) {
            if (BruteForce.eval(simple, env) != BruteForce.eval(e, env)) {
              fail("%s is %s at %s", t(e), t(simple), env);
            }
          }
        });
  }

  private static Map<Var, Expr> replacement(Map<Var, Range> old, Var n, Var i, boolean product) {
    Map<Var, Expr> result = new java.util.HashMap<>();
    for (Var v : old.keySet()) {
      if (v.name().equals("z")) {
        result.put(v, n);
      } else if (v.name().equals("y")) {
        result.put(v, product ? Expr.mul(i, n) : i);
      }
    }
    return result;
  }

  @Property(tries = 1500, seed = "20")
  void simplifyingAgainChangesNothing(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    Expr e = r.index(4);
    Analyzer analyzer = r.analyzer();
    Expr once = analyzer.simplify(e);
    assertThat(t(analyzer.simplify(once))).as(t(e)).isEqualTo(t(once));
  }

  @Property(tries = 3000, seed = "20")
  void equalExpressionsHaveOneForm(@ForAll long seed) {
    RandomExprs r = new RandomExprs(seed);
    r.powersOfTwo = true;
    Expr e = r.index(3);
    Expr other = r.rewritten(e);
    Analyzer analyzer = r.analyzer();
    assertThat(t(analyzer.simplify(other))).as(t(e)).isEqualTo(t(analyzer.simplify(e)));
  }

  private static void checkKept(RandomExprs r, Expr e) {
    checkKept(r, r.analyzer(), e);
  }

  private static void checkKept(RandomExprs r, Analyzer analyzer, Expr e) {
    Expr simple = analyzer.simplify(e);
    assertThat(simple.dtype()).isEqualTo(e.dtype());
    BruteForce.forAll(
        r.domain,
        env -> {
          for (int lane = 0; lane < e.dtype().lanes(); lane++) {
            long expected;
            try {
              expected = BruteForce.lane(e, env, lane);
            } catch (BruteForce.Undefined undefined) {
              return;
            }
            if (BruteForce.lane(simple, env, lane) != expected) {
              fail("%s is %s at %s lane %s", t(e), t(simple), env, lane);
            }
          }
        });
  }

  private static boolean defined(Expr e, Map<Var, Long> env) {
    try {
      BruteForce.eval(e, env);
      return true;
    } catch (BruteForce.Undefined undefined) {
      return false;
    }
  }

  private static String t(Expr e) {
    return ExprText.of(e);
  }
}
