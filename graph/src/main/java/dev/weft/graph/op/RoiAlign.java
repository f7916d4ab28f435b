package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;
import java.util.Objects;

/**
 * Pools regions of interest by bilinear samples (He et al., "Mask R-CNN", 2017): x {@code [n, c, h,
 * w]}, regions {@code [r, 4]} as x1, y1, x2, y2, the regions' images {@code [r]}; the result is
 * {@code [r, c, height, width]}.
 *
 * @param height of the result
 * @param width of the result
 * @param samples a bin has in each direction; 0 for as many as it is wide
 * @param scale from the regions' coordinates to x's
 * @param halfPixel whether coordinates are moved by half a pixel
 * @param max whether the greatest weighted corner of the samples is taken rather than their mean
 */
public record RoiAlign(
    long height, long width, long samples, double scale, boolean halfPixel, boolean max)
    implements Operator {
  @Override
  public String name() {
    return "roi_align";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 3, 3);
    TensorType x = operands.floating(0);
    TensorType regions = operands.floating(1);
    if (x.rank() != 4 || regions.rank() != 2 || operands.tensor(2).rank() != 1) {
      throw operands.failure("takes [n, c, h, w], [r, 4] and [r], got " + args);
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
        List.of(call.tensor(0), call.tensor(1), call.tensor(2)),
        (point, in, out) -> {
          Code code = new Code(call);
          Expr region = point.get(0);
          Expr shift = Expr.imm(wide, halfPixel ? 0.5 : 0);
          Code.Cell[] corners = new Code.Cell[4];
          for (int i = 0; i < 4; i++) {
            Expr corner = Expr.cast(wide, Code.load(in.get(1), region, call.index(i)));
            corners[i] =
                code.cell("corner" + i, Expr.sub(Expr.mul(corner, Expr.imm(wide, scale)), shift));
          }
          Code.Cell[] bins = new Code.Cell[2];
          Code.Cell[] counts = new Code.Cell[2];
          for (int d = 0; d < 2; d++) {
            // d = 0 is y, whose corners are at 1 and 3.
            Expr extent = Expr.sub(corners[3 - d].get(), corners[1 - d].get());
            if (!halfPixel) {
              extent = Expr.max(extent, Expr.imm(wide, 1));
            }
            Expr size = Expr.div(extent, Expr.imm(wide, d == 0 ? height : width));
            bins[d] = code.cell("bin" + d, size);
            Expr adaptive = Expr.cast(index, Maths.call(Intrinsic.CEIL, bins[d].get()));
            counts[d] = code.cell("count" + d, samples > 0 ? call.index(samples) : adaptive);
          }
          Expr image = Expr.cast(index, Code.load(in.get(2), region));
          Expr batch = Indices.clamped(call, image, call.dim(0, 0));
          Code.Cell best = code.cell("best", Expr.imm(wide, 0));
          Code.Cell any = code.cell("any", call.index(0));
          code.loop(
              "sy",
              counts[0].get(),
              sy ->
                  code.loop(
                      "sx",
                      counts[1].get(),
                      sx -> {
                        Expr[] sample = {sy, sx};
                        Code.Cell[] place = new Code.Cell[2];
                        for (int d = 0; d < 2; d++) {
                          Expr step =
                              Expr.div(
                                  Expr.mul(
                                      Expr.add(Expr.cast(wide, sample[d]), Expr.imm(wide, 0.5)),
                                      bins[d].get()),
                                  Expr.cast(wide, counts[d].get()));
                          Expr bin = Expr.cast(wide, point.get(2 + d));
                          Expr start = Expr.mul(bin, bins[d].get());
                          place[d] =
                              code.cell(
                                  "place" + d,
                                  Expr.add(Expr.add(corners[1 - d].get(), start), step));
                        }
                        sample(code, call, in.get(0), batch, point.get(1), place, best, any, wide);
                      }));
          Expr count = Expr.max(Expr.mul(counts[0].get(), counts[1].get()), call.index(1));
          Expr result = max ? best.get() : Expr.div(best.get(), Expr.cast(wide, count));
          code.store(out.get(0), Expr.cast(dtype, result), point.list());
          return code.done();
        });
  }

  private void sample(
      Code code,
      Lowering call,
      Buffer x,
      Expr batch,
      Expr channel,
      Code.Cell[] place,
      Code.Cell best,
      Code.Cell any,
      DType wide) {
    DType index = call.index(0).dtype();
    Expr inside = Expr.bool(true);
    for (int d = 0; d < 2; d++) {
      Expr size = Expr.cast(wide, call.dim(0, 2 + d));
      inside = Expr.and(inside, Expr.ge(place[d].get(), Expr.imm(wide, -1)));
      inside = Expr.and(inside, Expr.le(place[d].get(), size));
    }
    Code.Cell[] low = new Code.Cell[2];
    Code.Cell[] high = new Code.Cell[2];
    Code.Cell[] upper = new Code.Cell[2];
    Runnable body =
        () -> {
          for (int d = 0; d < 2; d++) {
            Expr last = Expr.sub(call.dim(0, 2 + d), 1);
            Expr positive = Expr.max(place[d].get(), Expr.imm(wide, 0));
            Expr below = Expr.min(Expr.cast(index, positive), last);
            low[d] = code.cell("low" + d, below);
            high[d] = code.cell("high" + d, Expr.min(Expr.add(low[d].get(), 1), last));
            Expr beyond = Expr.sub(positive, Expr.cast(wide, low[d].get()));
            Expr atEnd = Expr.ge(low[d].get(), last);
            upper[d] = code.cell("upper" + d, new Expr.Select(atEnd, Expr.imm(wide, 0), beyond));
          }
          Expr one = Expr.imm(wide, 1);
          Expr sum = null;
          for (int corner = 0; corner < 4; corner++) {
            boolean down = corner / 2 == 1;
            boolean right = corner % 2 == 1;
            Expr weight =
                Expr.mul(
                    down ? upper[0].get() : Expr.sub(one, upper[0].get()),
                    right ? upper[1].get() : Expr.sub(one, upper[1].get()));
            Expr element =
                Code.load(
                    x,
                    batch,
                    channel,
                    down ? high[0].get() : low[0].get(),
                    right ? high[1].get() : low[1].get());
            Expr part = Expr.mul(weight, Expr.cast(wide, element));
            sum = sum == null ? part : max ? Expr.max(sum, part) : Expr.add(sum, part);
          }
          Expr found = Objects.requireNonNull(sum, "a sample has four corners");
          if (max) {
            Expr first = Expr.eq(any.get(), call.index(0));
            best.set(new Expr.Select(first, found, Expr.max(best.get(), found)));
          } else {
            best.add(found);
          }
          any.set(call.index(1));
        };
    if (max) {
      code.when(
          inside,
          body,
          () -> {
            // What is outside is a sample of 0.
            Expr zero = Expr.imm(wide, 0);
            Expr first = Expr.eq(any.get(), call.index(0));
            best.set(new Expr.Select(first, zero, Expr.max(best.get(), zero)));
            any.set(call.index(1));
          });
    } else {
      code.when(inside, body);
    }
  }
}
