package dev.weft.tir.arith;

import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is known in the present scope. Copied when a constraint opens a scope of its own. */
final class Context {
  /** Variables that stand for a value. */
  final Map<Var, Expr> values;

  /** The variables that occur in no {@link #values}, by constant bounds. */
  final Map<Var, ConstBounds> bounds;

  final Map<Var, ModularSet> modular;

  /** Ranges of which an end is not a constant. */
  final Map<Var, Range> symbolic;

  /** Sums known to be at least 0. */
  final List<Sum> nonNegative;

  /** Conditions known to hold, in canonical form. */
  final Set<Expr> truths;

  // What was concluded from the above; dropped whenever that changes.
  final IdentityHashMap<Expr, Sum> sums = new IdentityHashMap<>();
  final IdentityHashMap<Expr, ConstBounds> exprBounds = new IdentityHashMap<>();
  final IdentityHashMap<Expr, ModularSet> exprModular = new IdentityHashMap<>();

  Context() {
    values = new HashMap<>();
    bounds = new HashMap<>();
    modular = new HashMap<>();
    symbolic = new HashMap<>();
    nonNegative = new ArrayList<>();
    truths = new HashSet<>();
  }

  Context(Context of) {
    values = new HashMap<>(of.values);
    bounds = new HashMap<>(of.bounds);
    modular = new HashMap<>(of.modular);
    symbolic = new HashMap<>(of.symbolic);
    nonNegative = new ArrayList<>(of.nonNegative);
    truths = new HashSet<>(of.truths);
  }

  void forget() {
    sums.clear();
    exprBounds.clear();
    exprModular.clear();
  }
}
