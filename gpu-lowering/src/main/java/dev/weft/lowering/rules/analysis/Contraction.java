package dev.weft.lowering.rules.analysis;

import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A sum of products of two operands, of which elements are used for several results: matrix
 * product, convolution and their like (but not a sum of squares).
 *
 * @param block the block
 * @param left the first factor
 * @param right the second factor
 */
public record Contraction(BlockInfo block, Operand left, Operand right) {
  /**
   * A factor.
   *
   * @param value the expression
   * @param loads what it reads
   * @param variables the axes that it depends on
   */
  public record Operand(Expr value, List<Expr.Load> loads, Set<Var> variables) {
    /** Whether the factor is different for different values of an axis. */
    public boolean dependsOn(IterVar axis) {
      return variables.contains(axis.var());
    }
  }

  /** The sum of products that a block is; null for anything else. */
  public static @Nullable Contraction of(BlockInfo block) {
    Stmt.Store store = block.store();
    if (store == null || !block.isReduction()) {
      return null;
    }
    if (!(store.value() instanceof Expr.Binary(BinaryOp op, Expr a, Expr b))
        || op != BinaryOp.ADD) {
      return null;
    }
    Expr term = isSum(a, store) ? b : isSum(b, store) ? a : null;
    if (term == null
        || !(withoutCasts(term) instanceof Expr.Binary(BinaryOp product, Expr x, Expr y))
        || product != BinaryOp.MUL) {
      return null;
    }
    Contraction contraction = new Contraction(block, operand(x), operand(y));
    boolean reuses = !contraction.leftAxes().isEmpty() || !contraction.rightAxes().isEmpty();
    return reuses && !contraction.isEmpty() ? contraction : null;
  }

  /** Whether there is no result, as of an empty batch: nothing can be tiled then. */
  private boolean isEmpty() {
    return Stream.of(batchAxes(), leftAxes(), rightAxes())
        .flatMap(List::stream)
        .anyMatch(axis -> axis.dom().extent().isConst(0));
  }

  private static boolean isSum(Expr expr, Stmt.Store store) {
    return expr instanceof Expr.Load load && load.buffer() == store.buffer();
  }

  private static Expr withoutCasts(Expr expr) {
    return expr instanceof Expr.Cast cast ? withoutCasts(cast.value()) : expr;
  }

  private static Operand operand(Expr expr) {
    List<Expr.Load> loads = new ArrayList<>();
    Set<Var> variables = new HashSet<>();
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Load load) {
          loads.add(load);
        }
        if (node instanceof Var v) {
          variables.add(v);
        }
        super.expr(node);
      }
    }.expr(expr);
    return new Operand(expr, List.copyOf(loads), Set.copyOf(variables));
  }

  /** The spatial axes that both factors depend on. */
  public List<IterVar> batchAxes() {
    return spatial(true, true);
  }

  /** The spatial axes that only the left factor depends on. */
  public List<IterVar> leftAxes() {
    return spatial(true, false);
  }

  /** The spatial axes that only the right factor depends on. */
  public List<IterVar> rightAxes() {
    return spatial(false, true);
  }

  /** The reduction axes. */
  public List<IterVar> reduceAxes() {
    return block.axes(IterVar.Kind.REDUCE);
  }

  private List<IterVar> spatial(boolean inLeft, boolean inRight) {
    return block.axes(IterVar.Kind.SPATIAL).stream()
        .filter(axis -> left.dependsOn(axis) == inLeft && right.dependsOn(axis) == inRight)
        .toList();
  }

  /** Whether every index of both factors is a single axis or a constant: no windows. */
  public boolean isMatmulLike() {
    return isPlain(left) && isPlain(right);
  }

  private static boolean isPlain(Operand operand) {
    return operand.loads().size() == 1
        && operand.loads().getFirst().indices().stream()
            .allMatch(index -> index instanceof Var || index instanceof Expr.IntImm);
  }

  /**
   * How to tile for registers: vectors along {@code columns}, reused for several {@code rows}.
   *
   * @param columns a spatial axis along which the output and one factor are contiguous
   * @param vectors that factor
   * @param rows a spatial axis that this factor does not depend on; null if there is none
   */
  public record Tile(IterVar columns, Operand vectors, @Nullable IterVar rows) {}

  /** The tile for registers; null if no axis is contiguous in the output and in one factor. */
  public @Nullable Tile tile() {
    List<IterVar> spatial = block.axes(IterVar.Kind.SPATIAL);
    Tile best = null;
    for (IterVar columns : spatial) {
      Operand vectors = right.dependsOn(columns) ? right : left;
      Operand scalars = vectors == right ? left : right;
      boolean oneFactor = vectors.dependsOn(columns) && !scalars.dependsOn(columns);
      if (!oneFactor || !block.isContiguousAlong(columns)) {
        continue;
      }
      IterVar rows = null;
      for (IterVar axis : spatial) {
        boolean reused = axis != columns && scalars.dependsOn(axis) && !vectors.dependsOn(axis);
        if (reused && (rows == null || size(axis) >= size(rows))) {
          rows = axis;
        }
      }
      if (best == null || (best.rows() == null && rows != null)) {
        best = new Tile(columns, vectors, rows);
      }
    }
    return best;
  }

  /** The extent; a symbolic one counts as large. */
  private static long size(IterVar axis) {
    return BlockInfo.extent(axis).orElse(Long.MAX_VALUE);
  }
}
