package dev.weft.tir.schedule;

import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.List;
import java.util.Map;

/** The values that the axes of blocks take, in terms of the loops around. */
public final class Bindings {
  private Bindings() {}

  /** Whether a block's binding is affine, looked at afresh. */
  static boolean detectAffine(Site.Block block, Analyzer analyzer) {
    return isAffine(block, Regions.domain(block.parent(), null, Scope.GLOBAL), analyzer);
  }

  /** Whether a block's binding is affine in the loops from {@code top} inwards, others fixed. */
  public static boolean isAffineWithin(Site.Block block, Site.Loop top, Analyzer analyzer) {
    return isAffine(block, Regions.domain(block.parent(), top.parent(), Scope.GLOBAL), analyzer);
  }

  private static boolean isAffine(Site.Block block, Map<Var, Range> domain, Analyzer analyzer) {
    if (domain.isEmpty()) {
      return true;
    }
    AffineMap map =
        AffineMap.detect(
            block.stmt().iterValues(),
            domain,
            block.stmt().predicate(),
            AffineMap.Level.SURJECTIVE,
            analyzer);
    return map != null
        && map.indices().stream()
            .allMatch(sum -> sum.digits().isEmpty() || sum.digits().getFirst().scale().isConst(1));
  }

  /**
   * Simplifies the values of the axes of the blocks within a statement.
   *
   * @param stmt the statement
   * @param preserveUnitIters whether loops of extent 1 stay in the values
   * @param analyzer what knows the loops around the statement
   */
  public static Stmt simplify(Stmt stmt, boolean preserveUnitIters, Analyzer analyzer) {
    return new Simplifier(analyzer, preserveUnitIters).stmt(stmt);
  }

  private static final class Simplifier extends IrRewriter {
    private final Analyzer analyzer;
    private final boolean preserveUnitIters;

    Simplifier(Analyzer analyzer, boolean preserveUnitIters) {
      this.analyzer = analyzer;
      this.preserveUnitIters = preserveUnitIters;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.For loop && !(preserveUnitIters && loop.extent().isConst(1))) {
        analyzer.bind(loop.var(), new Range(loop.min(), loop.extent()));
      }
      if (node instanceof Stmt.BlockRealize realize) {
        return realize(realize);
      }
      return super.stmt(node);
    }

    private Stmt realize(Stmt.BlockRealize realize) {
      List<Expr> values = realize.iterValues().stream().map(analyzer::simplify).toList();
      Stmt.Block block = realize.block();
      if (values.isEmpty()) {
        // A block without axes is no border for the loops around.
        block = block.withBody(stmt(block.body()));
      }
      // The predicate stays as it is: loops of extent 1 in it may be split later.
      return new Stmt.BlockRealize(values, realize.predicate(), block);
    }
  }
}
