package dev.weft.tir.schedule.primitive;

import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.arith.Analyzer;
import java.util.List;

/** Simplification of the indices of accesses; values are left as they are. */
final class Indices {
  private Indices() {}

  static Stmt simplify(Stmt stmt, Analyzer analyzer) {
    return new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        Expr mapped = super.expr(node);
        return mapped instanceof Expr.Load(var buffer, var indices, var predicate)
            ? new Expr.Load(buffer, simplified(indices), predicate)
            : mapped;
      }

      @Override
      public Stmt stmt(Stmt node) {
        if (node instanceof Stmt.For loop) {
          analyzer.bind(loop.var(), new Range(loop.min(), loop.extent()));
        }
        if (node instanceof Stmt.Block block) {
          block.iterVars().forEach(axis -> analyzer.bind(axis.var(), axis.dom()));
        }
        Stmt mapped = super.stmt(node);
        if (mapped instanceof Stmt.Store(var buffer, var value, var indices, var predicate)) {
          return new Stmt.Store(buffer, value, simplified(indices), predicate);
        }
        return mapped instanceof Stmt.Block block
            ? block.withRegions(regions(block.reads()), regions(block.writes()))
            : mapped;
      }

      private List<Expr> simplified(List<Expr> indices) {
        return indices.stream().map(analyzer::simplify).toList();
      }

      private List<BufferRegion> regions(List<BufferRegion> regions) {
        return regions.stream()
            .map(
                region ->
                    new BufferRegion(
                        region.buffer(),
                        region.region().stream()
                            .map(
                                range ->
                                    new Range(
                                        analyzer.simplify(range.min()),
                                        analyzer.simplify(range.extent())))
                            .toList()))
            .toList();
      }
    }.stmt(stmt);
  }
}
