package dev.weft.tir.schedule.verify;

import dev.weft.tir.Buffer;
import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * About how much the interpreter has to do for one call: statements carried out and elements
 * allocated. A {@code while} loop counts as one iteration, both arms of an {@code if} count.
 */
final class WorkEstimate {
  private final Map<Var, Expr> sizes;

  /** The loops around, for extents that depend on them. */
  private final Map<Var, Range> loops = new LinkedHashMap<>();

  private WorkEstimate(Map<Var, Expr> sizes) {
    this.sizes = sizes;
  }

  static double of(PrimFunc function, Map<Var, Expr> sizes) {
    return new WorkEstimate(sizes).of(function.body());
  }

  private double of(Stmt stmt) {
    return switch (stmt) {
      case Stmt.For loop -> {
        double count = size(loop.extent());
        loops.put(loop.var(), new Range(loop.min(), loop.extent()));
        double body = of(loop.body());
        loops.remove(loop.var());
        yield count * body;
      }
      case Stmt.Block block -> {
        double allocated = 0;
        for (Buffer buffer : block.allocBuffers()) {
          allocated += elements(buffer);
        }
        Stmt init = block.init();
        yield 1 + allocated + (init == null ? 0 : of(init)) + of(block.body());
      }
      case Stmt.Store store -> store.value().dtype().lanes();
      case Stmt.Evaluate _,
          Stmt.Let _,
          Stmt.Attr _,
          Stmt.Assert _,
          Stmt.Allocate _,
          Stmt.AllocateConst _,
          Stmt.DeclBuffer _,
          Stmt.Seq _,
          Stmt.If _,
          Stmt.While _,
          Stmt.Break _,
          Stmt.Continue _,
          Stmt.ThreadGroup _,
          Stmt.BlockRealize _ -> {
        double[] sum = {1};
        Children.map(
            stmt,
            expr -> expr,
            child -> {
              sum[0] += of(child);
              return child;
            });
        yield sum[0];
      }
    };
  }

  private double elements(Buffer buffer) {
    double product = 1;
    for (Expr dim : buffer.shape()) {
      product *= size(dim);
    }
    return product;
  }

  private Expr sized(Expr e) {
    return e instanceof Expr.IntImm ? e : Substitute.in(e, sizes);
  }

  private double size(Expr extent) {
    if (extent instanceof Expr.IntImm(var _, long value)) {
      return value;
    }
    Analyzer analyzer = new Analyzer();
    loops.forEach(
        (var, range) -> analyzer.bind(var, new Range(sized(range.min()), sized(range.extent()))));
    return Math.max(0, analyzer.bounds(analyzer.simplify(sized(extent))).max());
  }
}
