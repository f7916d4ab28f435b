package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Adds up blocks to an image: {@code [n, c * block…, blocks]} becomes {@code [n, c, image…]}, where
 * the blocks are those that a window moving over the padded image sees.
 *
 * @param image the image's sizes
 * @param block the window's sizes
 * @param window how it moves
 */
public record ColumnsToImage(List<IntExpr> image, List<IntExpr> block, Window window)
    implements Operator {
  /** Copies the lists. */
  public ColumnsToImage {
    image = List.copyOf(image);
    block = List.copyOf(block);
  }

  @Override
  public String name() {
    return "columns_to_image";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OUT_FUSABLE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 1, 1);
    TensorType x = operands.tensor(0);
    if (x.rank() != 3 || image.size() != window.rank() || block.size() != window.rank()) {
      throw operands.failure("columns must be [n, c * block, blocks], got " + x);
    }
    List<IntExpr> dims = new ArrayList<>(List.of(x.dim(0)));
    dims.add(SizeAlgebra.floorDiv(x.dim(1), elements(block)));
    dims.addAll(image);
    return x.withShape(new Shape(dims));
  }

  private static IntExpr elements(List<IntExpr> sizes) {
    return SizeAlgebra.simplify(new Shape(sizes).elements());
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.type(0).dtype();
    DType wide = Maths.accumulator(dtype);
    ReduceAxis[] taps = new ReduceAxis[window.rank()];
    for (int i = 0; i < taps.length; i++) {
      taps[i] = Te.reduceAxis(call.expr(block.get(i)), "r" + i);
    }
    Tensor sum =
        Te.reduce(
            name(),
            call.shape(),
            axes -> {
              Expr inside = Expr.bool(true);
              Expr row = axes.get(1);
              Expr column = call.index(0);
              for (int i = 0; i < taps.length; i++) {
                Expr tap = taps[i].var();
                Expr stride = call.index(window.strides().get(i));
                Expr reach = Expr.mul(tap, window.dilations().get(i));
                Expr begin = Expr.sub(Expr.add(axes.get(i + 2), window.before().get(i)), reach);
                Expr step = Expr.floorDiv(begin, stride);
                IntExpr count = window.windows(i, image.get(i), block.get(i), false);
                inside = Expr.and(inside, Expr.eq(Expr.floorMod(begin, stride), call.index(0)));
                inside = Expr.and(inside, Expr.ge(begin, call.index(0)));
                inside = Expr.and(inside, Expr.lt(step, call.expr(count)));
                row = Expr.add(Expr.mul(row, call.expr(block.get(i))), tap);
                column = Expr.add(Expr.mul(column, call.expr(count)), step);
              }
              Expr element = Expr.cast(wide, call.at(0, List.of(axes.get(0), row, column)));
              return Te.sum(Maths.ifThenElse(inside, element, Expr.imm(wide, 0)), taps);
            });
    return List.of(Maths.narrowed(sum, dtype, name()));
  }
}
