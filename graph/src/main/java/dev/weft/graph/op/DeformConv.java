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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Deformable convolution (Dai et al., arXiv 1703.06211; with a mask Zhu et al., arXiv 1811.11168):
 * each tap of the kernel reads x where an offset moves it, by linear interpolation with zeros
 * around. Operands: x {@code [n, c, d…]}, weights {@code [m, c / groups, k…]}, offsets {@code [n,
 * offsetGroups * k… * r, o…]}, bias {@code [m]}, mask {@code [n, offsetGroups * k…, o…]}.
 *
 * @param window how the kernel moves
 * @param groups into how many groups the channels are split
 * @param offsetGroups how many groups of channels have offsets of their own
 */
public record DeformConv(Window window, long groups, long offsetGroups) implements Operator {
  @Override
  public String name() {
    return "deform_conv" + window.rank() + "d";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 5, 5);
    TensorType x = operands.floating(0);
    TensorType weights = operands.tensor(1);
    operands.commonDtype();
    if (weights.rank() != x.rank() || window.rank() != x.rank() - 2) {
      throw operands.failure("the input " + x + " and the weights " + weights + " don't fit");
    }
    for (int each : new int[] {2, 4}) {
      if (operands.tensor(each).rank() != x.rank()) {
        throw operands.failure(
            "offsets and mask have as many dimensions as the input, "
                + x.rank()
                + ", got "
                + operands.tensor(each));
      }
    }
    if (operands.tensor(3).rank() != 1) {
      throw operands.failure("the bias must be a vector, got " + operands.tensor(3));
    }
    List<IntExpr> dims = new ArrayList<>(List.of(x.dim(0), weights.dim(0)));
    for (int i = 0; i < window.rank(); i++) {
      dims.add(window.windows(i, x.dim(i + 2), weights.dim(i + 2), false));
    }
    return x.withShape(new Shape(dims));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.type(0).dtype();
    DType wide = Maths.accumulator(dtype);
    int rank = window.rank();
    Expr channels = call.dim(1, 1);
    Expr filters = Expr.floorDiv(call.dim(1, 0), groups);
    Expr perOffset = Expr.floorDiv(call.dim(0, 1), offsetGroups);
    List<Expr> kernel = call.exprs(call.type(1).shape()).subList(2, rank + 2);
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < call.count(); i++) {
      inputs.add(call.tensor(i));
    }
    return Te.pointwise(
        name(),
        call.shape(),
        List.of(call.shape()),
        List.of(dtype),
        inputs,
        (point, in, out) -> {
          Code code = new Code(call);
          Expr filter = point.get(1);
          List<Expr> place = point.list().subList(2, rank + 2);
          Expr group = Expr.floorDiv(filter, filters);
          Code.Cell sum = code.cell("sum", Expr.cast(wide, Code.load(in.get(3), filter)));
          code.loop(
              "c",
              channels,
              c ->
                  code.loops(
                      "k",
                      kernel,
                      k -> {
                        Expr channel = Expr.add(Expr.mul(group, channels), c);
                        Expr tap = Expr.floorDiv(channel, perOffset);
                        for (int d = 0; d < rank; d++) {
                          tap = Expr.add(Expr.mul(tap, kernel.get(d)), k.get(d));
                        }
                        List<Expr> weight = new ArrayList<>(List.of(filter, c));
                        weight.addAll(k);
                        List<Expr> mask = new ArrayList<>(List.of(point.get(0), tap));
                        mask.addAll(place);
                        Code.Cell value = code.cell("value", Expr.imm(wide, 0));
                        Buffer x = in.get(0);
                        sample(code, call, x, in.get(2), point.list(), channel, tap, k, value);
                        Expr factor =
                            Expr.mul(
                                Expr.cast(wide, Code.load(in.get(1), weight)),
                                Expr.cast(wide, Code.load(in.get(4), mask)));
                        sum.add(Expr.mul(factor, value.get()));
                      }));
          code.store(out.get(0), Expr.cast(dtype, sum.get()), point.list());
          return code.done();
        });
  }

  /** Adds up the corners around the place that an offset moves a tap to. */
  private void sample(
      Code code,
      Lowering call,
      Buffer x,
      Buffer offsets,
      List<Expr> point,
      Expr channel,
      Expr tap,
      List<Expr> k,
      Code.Cell value) {
    int rank = window.rank();
    DType wide = value.get().dtype();
    DType index = call.index(0).dtype();
    List<Code.Cell> low = new ArrayList<>();
    List<Code.Cell> upper = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      Expr begin =
          Expr.sub(Expr.mul(point.get(d + 2), window.strides().get(d)), window.before().get(d));
      Expr fixed = Expr.add(begin, Expr.mul(k.get(d), window.dilations().get(d)));
      List<Expr> at = new ArrayList<>();
      at.add(point.get(0));
      at.add(Expr.add(Expr.mul(tap, rank), call.index(d)));
      at.addAll(point.subList(2, rank + 2));
      Expr moved = Expr.add(Expr.cast(wide, fixed), Expr.cast(wide, Code.load(offsets, at)));
      // Far outside everything is zero, and conversions to integers are defined.
      Expr bounded = Expr.min(Expr.max(moved, Expr.imm(wide, -1e9)), Expr.imm(wide, 1e9));
      Code.Cell place = code.cell("place" + d, bounded);
      Expr below = Maths.call(Intrinsic.FLOOR, place.get());
      low.add(code.cell("low" + d, Expr.cast(index, below)));
      upper.add(code.cell("upper" + d, Expr.sub(place.get(), below)));
    }
    code.loops(
        "corner",
        Collections.nCopies(rank, call.index(2)),
        corner -> {
          List<Expr> at = new ArrayList<>(List.of(point.get(0), channel));
          Expr inside = Expr.bool(true);
          Expr weight = Expr.imm(wide, 1);
          for (int d = 0; d < rank; d++) {
            Expr position = Expr.add(low.get(d).get(), corner.get(d));
            inside = Expr.and(inside, Indices.inside(call, position, call.dim(0, d + 2)));
            at.add(position);
            Expr first = Expr.eq(corner.get(d), call.index(0));
            Expr rest = Expr.sub(Expr.imm(wide, 1), upper.get(d).get());
            weight = Expr.mul(weight, new Expr.Select(first, rest, upper.get(d).get()));
          }
          Expr found = weight;
          code.when(inside, () -> value.add(Expr.mul(found, Expr.cast(wide, Code.load(x, at)))));
        });
  }
}
