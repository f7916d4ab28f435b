package dev.weft.tir.structural;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.DeepNesting;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Compares IR by structure: equal up to a renaming of bound variables and buffers. Names (of
 * variables, loops, buffers, blocks) never count; everything else does, down to the dtypes of
 * constants, the order of allocations and access regions. A sequence nested in a sequence counts as
 * written out.
 *
 * <p>Variables and buffers that neither piece binds must be identical, unless {@link
 * Options#mapFreeVars} allows them to be renamed consistently.
 */
public final class StructuralEqual {
  private StructuralEqual() {}

  /**
   * How to compare.
   *
   * @param mapFreeVars whether variables and buffers that are bound nowhere may be renamed too
   * @param canonicalise applied to both sides of expressions that differ, which are then compared
   *     again, over the same variables; null for none
   * @param onBind told the range of each loop variable and block axis (of the right-hand side)
   *     before {@code canonicalise} meets it; null where nobody wants to know
   */
  public record Options(
      boolean mapFreeVars,
      @Nullable UnaryOperator<Expr> canonicalise,
      @Nullable BiConsumer<Var, Range> onBind) {
    /** As strict as it gets. */
    public static final Options STRICT = new Options(false, null, null);

    /** The same with free variables renamed too. */
    public Options withFreeVarsMapped() {
      return new Options(true, canonicalise, onBind);
    }

    /** The same up to a canonical form of expressions. */
    public Options upTo(UnaryOperator<Expr> canonicaliser) {
      return new Options(mapFreeVars, canonicaliser, onBind);
    }

    /** The same, telling the ranges of variables. */
    public Options telling(BiConsumer<Var, Range> listener) {
      return new Options(mapFreeVars, canonicalise, listener);
    }
  }

  /** Compares two expressions. */
  public static Optional<Mismatch> check(Expr a, Expr b) {
    return check(a, b, Options.STRICT);
  }

  /** Compares two expressions. */
  public static Optional<Mismatch> check(Expr a, Expr b, Options options) {
    return compared(options, comparison -> comparison.expr(a, b));
  }

  private static Optional<Mismatch> compared(Options options, Predicate<Comparison> step) {
    return DeepNesting.run(
        "comparing",
        () -> {
          Comparison comparison = new Comparison(options);
          return comparison.result(step.test(comparison));
        });
  }

  /** Compares two statements. */
  public static Optional<Mismatch> check(Stmt a, Stmt b) {
    return check(a, b, Options.STRICT);
  }

  /** Compares two statements. */
  public static Optional<Mismatch> check(Stmt a, Stmt b, Options options) {
    return compared(options, comparison -> comparison.stmt(a, b));
  }

  /** Compares two functions. */
  public static Optional<Mismatch> check(PrimFunc a, PrimFunc b) {
    return check(a, b, Options.STRICT);
  }

  /** Compares two functions. */
  public static Optional<Mismatch> check(PrimFunc a, PrimFunc b, Options options) {
    return compared(options, comparison -> comparison.function(a, b));
  }

  /** Compares two modules, function by function. */
  public static Optional<Mismatch> check(IRModule a, IRModule b) {
    return check(a, b, Options.STRICT);
  }

  /** Compares two modules, function by function. */
  public static Optional<Mismatch> check(IRModule a, IRModule b, Options options) {
    if (!a.functions().keySet().equals(b.functions().keySet())) {
      return Optional.of(
          new Mismatch(
              "", "functions of the module", a.functions().keySet(), b.functions().keySet()));
    }
    Comparison attrs = new Comparison(options);
    if (!attrs.annotations("attrs", a.attrs(), b.attrs())) {
      return attrs.result(false);
    }
    for (String name : a.functions().keySet()) {
      Optional<Mismatch> mismatch = check(a.get(name), b.get(name), options);
      if (mismatch.isPresent()) {
        Mismatch m = mismatch.get();
        String path = m.path().isEmpty() ? name : name + "." + m.path();
        return Optional.of(new Mismatch(path, m.reason(), m.left(), m.right()));
      }
    }
    return Optional.empty();
  }

  /** Compares what two buffers look like: dtype, scope, shape, strides, offset, alignment. */
  public static Optional<Mismatch> check(Buffer a, Buffer b) {
    Comparison comparison = new Comparison(Options.STRICT);
    return comparison.result(comparison.define(a, b, false));
  }

  /** Compares two values of annotations. */
  public static Optional<Mismatch> check(AttrValue a, AttrValue b) {
    Comparison comparison = new Comparison(Options.STRICT);
    return comparison.result(comparison.value(a, b));
  }

  /** Whether two expressions are the same over the same variables. */
  public static boolean equal(Expr a, Expr b) {
    return check(a, b).isEmpty();
  }

  /** Whether two statements are equal. */
  public static boolean equal(Stmt a, Stmt b) {
    return check(a, b).isEmpty();
  }

  /** Whether two functions are equal. */
  public static boolean equal(PrimFunc a, PrimFunc b) {
    return check(a, b).isEmpty();
  }

  /** Whether two modules are equal. */
  public static boolean equal(IRModule a, IRModule b) {
    return check(a, b).isEmpty();
  }
}
