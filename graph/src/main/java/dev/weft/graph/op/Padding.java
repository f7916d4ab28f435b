package dev.weft.graph.op;

import dev.weft.base.IntExpr;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The operand {@code [n, c, d…]} of a convolution or pooling with its padding, which is a stage of
 * its own: reads need no condition then, and a schedule can put the stage where it costs nothing.
 */
final class Padding {
  private final Lowering call;
  private final @Nullable Tensor padded;

  private Padding(Lowering call, @Nullable Tensor padded) {
    this.call = call;
    this.padded = padded;
  }

  /** Padded with zeros. */
  static Padding zero(Lowering call, Window window) {
    Expr zero = Expr.imm(call.type(0).dtype(), 0);
    return of(call, window, window.after().stream().map(IntExpr::of).toList(), zero);
  }

  /**
   * @param after the padding at the end of each dimension, which may be more than the window's
   * @param value what is put there
   */
  static Padding of(Lowering call, Window window, List<IntExpr> after, Expr value) {
    boolean none =
        !window.isPadded() && after.stream().allMatch(width -> width.equals(IntExpr.of(0)));
    if (none) {
      return new Padding(call, null);
    }
    TensorType x = call.type(0);
    List<Expr> shape = new ArrayList<>(List.of(call.dim(0, 0), call.dim(0, 1)));
    for (int i = 0; i < window.rank(); i++) {
      Expr before = call.index(window.before().get(i));
      shape.add(Expr.add(Expr.add(call.dim(0, i + 2), before), call.expr(after.get(i))));
    }
    Tensor padded =
        Te.compute(
            "pad",
            shape,
            axes -> {
              List<Expr> indices = new ArrayList<>(axes.list(0, 2));
              Expr inside = Expr.bool(true);
              for (int i = 0; i < window.rank(); i++) {
                long before = window.before().get(i);
                Expr axis = axes.get(i + 2);
                indices.add(Expr.sub(axis, before));
                if (before > 0) {
                  inside = Expr.and(inside, Expr.le(call.index(before), axis));
                }
                if (!after.get(i).equals(IntExpr.of(0))) {
                  Expr end = Expr.add(call.expr(x.dim(i + 2)), call.index(before));
                  inside = Expr.and(inside, Expr.lt(axis, end));
                }
              }
              return Maths.ifThenElse(inside, call.at(0, indices), value);
            });
    return new Padding(call, padded);
  }

  /** An element; the spatial indices count from the start of the padding. */
  Expr at(List<Expr> indices) {
    return padded == null ? call.at(0, indices) : padded.at(indices);
  }
}
