package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * The greatest elements of the bins of regions of interest (Girshick, "Fast R-CNN", 2015): x {@code
 * [n, c, h, w]}, regions {@code [r, 5]} as image, x1, y1, x2, y2; the result is {@code [r, c,
 * height, width]}, 0 where a bin is empty.
 *
 * @param height of the result
 * @param width of the result
 * @param scale from the regions' coordinates to x's
 */
public record RoiMaxPool(long height, long width, double scale) implements Operator {
  @Override
  public String name() {
    return "roi_max_pool";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 2, 2);
    TensorType x = operands.floating(0);
    TensorType regions = operands.floating(1);
    if (x.rank() != 4 || regions.rank() != 2) {
      throw operands.failure("takes [n, c, h, w] and [r, 5], got " + args);
    }
    return x.withShape(
        new Shape(List.of(regions.dim(0), x.dim(1), IntExpr.of(height), IntExpr.of(width))));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.type(0).dtype();
    DType wide = Maths.accumulator(dtype);
    DType index = call.index(0).dtype();
    return Te.pointwise(
        name(),
        call.shape(),
        List.of(call.shape()),
        List.of(dtype),
        List.of(call.tensor(0), call.tensor(1)),
        (point, in, out) -> {
          Code code = new Code(call);
          Expr region = point.get(0);
          Code.Cell[] corners = new Code.Cell[5];
          for (int i = 0; i < 5; i++) {
            Expr value = Expr.cast(wide, Code.load(in.get(1), region, call.index(i)));
            Expr scaled = i == 0 ? value : Expr.mul(value, Expr.imm(wide, scale));
            corners[i] =
                code.cell("corner" + i, Expr.cast(index, Maths.call(Intrinsic.ROUND, scaled)));
          }
          Code.Cell[] from = new Code.Cell[2];
          Code.Cell[] to = new Code.Cell[2];
          for (int d = 0; d < 2; d++) {
            Expr start = corners[2 - d].get();
            Expr extent =
                Expr.max(Expr.add(Expr.sub(corners[4 - d].get(), start), 1), call.index(1));
            Expr bin = Expr.div(Expr.cast(wide, extent), Expr.imm(wide, d == 0 ? height : width));
            Expr place = Expr.cast(wide, point.get(2 + d));
            Expr first = Maths.call(Intrinsic.FLOOR, Expr.mul(place, bin));
            Expr last =
                Maths.call(Intrinsic.CEIL, Expr.mul(Expr.add(place, Expr.imm(wide, 1)), bin));
            from[d] = code.cell("from" + d, bounded(call, d, Expr.cast(index, first), start));
            to[d] = code.cell("to" + d, bounded(call, d, Expr.cast(index, last), start));
          }
          Expr batch = Indices.clamped(call, corners[0].get(), call.dim(0, 0));
          Expr rows = Expr.max(Expr.sub(to[0].get(), from[0].get()), call.index(0));
          Expr columns = Expr.max(Expr.sub(to[1].get(), from[1].get()), call.index(0));
          Expr empty =
              Expr.or(Expr.le(to[0].get(), from[0].get()), Expr.le(to[1].get(), from[1].get()));
          Code.Cell best =
              code.cell("best", new Expr.Select(empty, Expr.imm(wide, 0), Maths.lowest(wide)));
          code.loops(
              "k",
              List.of(rows, columns),
              k -> {
                Expr element =
                    Code.load(
                        in.get(0),
                        batch,
                        point.get(1),
                        Expr.add(from[0].get(), k.get(0)),
                        Expr.add(from[1].get(), k.get(1)));
                best.set(Expr.max(best.get(), Expr.cast(wide, element)));
              });
          code.store(out.get(0), Expr.cast(dtype, best.get()), point.list());
          return code.done();
        });
  }

  private static Expr bounded(Lowering call, int d, Expr offset, Expr start) {
    Expr position = Expr.add(offset, start);
    return Expr.min(Expr.max(position, call.index(0)), call.dim(0, 2 + d));
  }
}
