package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
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
 * Samples {@code x[n, c, d…]} at the places that {@code grid[n, o…, r]} gives, in coordinates from
 * -1 to 1, the last dimension first; the result is {@code [n, c, o…]}.
 *
 * @param mode how values between elements come about
 * @param padding what is beyond the borders
 * @param alignCorners whether -1 and 1 are the centres of the outermost elements, not their edges
 */
public record GridSample(Mode mode, Beyond padding, boolean alignCorners) implements Operator {
  /** How values between elements come about. */
  public enum Mode {
    NEAREST,
    LINEAR,
    CUBIC
  }

  /** What is beyond the borders. */
  public enum Beyond {
    ZEROS,
    BORDER,
    REFLECTION
  }

  private static final double CUBIC_A = -0.75;

  @Override
  public String name() {
    return "grid_sample";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 2, 2);
    TensorType x = operands.tensorOfRank(0, 3);
    TensorType grid = operands.floating(1);
    int spatial = x.rank() - 2;
    Long width = grid.rank() == x.rank() ? SizeAlgebra.constant(grid.dim(x.rank() - 1)) : null;
    if (width == null || width != spatial) {
      throw operands.failure("the grid " + grid + " does not fit " + x);
    }
    operands.sameSize(x.dim(0), grid.dim(0), "the batches");
    List<IntExpr> dims = new ArrayList<>(x.shape().dims().subList(0, 2));
    dims.addAll(grid.shape().dims().subList(1, spatial + 1));
    return x.withShape(new Shape(dims));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.type(0).dtype();
    DType place = Maths.accumulator(call.type(1).dtype());
    DType wide = dtype.isFloat() ? Maths.accumulator(dtype) : DType.FLOAT32;
    int spatial = call.type(0).rank() - 2;
    int taps = mode == Mode.NEAREST ? 1 : mode == Mode.LINEAR ? 2 : 4;
    return Te.pointwise(
        name(),
        call.shape(),
        List.of(call.shape()),
        List.of(dtype),
        List.of(call.tensor(0), call.tensor(1)),
        (point, in, out) -> {
          Code code = new Code(call);
          Buffer weights = code.array("weights", place, (long) spatial * taps);
          Buffer starts = code.array("starts", call.index(0).dtype(), spatial);
          for (int d = 0; d < spatial; d++) {
            axis(code, call, in.get(1), point.list(), d, taps, weights, starts);
          }
          Code.Cell sum = code.cell("sum", Expr.imm(wide, 0));
          code.loops(
              "k",
              Collections.nCopies(spatial, call.index(taps)),
              k -> {
                List<Expr> at = new ArrayList<>(point.list().subList(0, 2));
                Expr inside = Expr.bool(true);
                Expr weight = Expr.imm(place, 1);
                for (int d = 0; d < spatial; d++) {
                  Expr size = call.dim(0, d + 2);
                  Expr tap = Expr.add(Code.load(starts, call.index(d)), k.get(d));
                  Code.Cell position = code.cell("position" + d, bounded(call, tap, size));
                  inside = Expr.and(inside, Indices.inside(call, position.get(), size));
                  at.add(position.get());
                  Expr slot = Expr.add(k.get(d), call.index((long) d * taps));
                  weight = Expr.mul(weight, Code.load(weights, slot));
                }
                Expr found = weight;
                code.when(
                    inside,
                    () ->
                        sum.add(
                            Expr.mul(
                                Expr.cast(wide, found),
                                Expr.cast(wide, Code.load(in.get(0), at)))));
              });
          code.store(out.get(0), Expr.cast(dtype, sum.get()), point.list());
          return code.done();
        });
  }

  /** The first element along one axis that counts, and the weights of those from there on. */
  private void axis(
      Code code,
      Lowering call,
      Buffer grid,
      List<Expr> point,
      int d,
      int taps,
      Buffer weights,
      Buffer starts) {
    int spatial = point.size() - 2;
    DType place = Maths.accumulator(grid.dtype());
    List<Expr> at = new ArrayList<>(List.of(point.get(0)));
    at.addAll(point.subList(2, point.size()));
    at.add(call.index(spatial - 1 - d));
    Expr size = Expr.cast(place, call.dim(0, d + 2));
    Expr one = Expr.imm(place, 1);
    Expr half = Expr.imm(place, 0.5);
    Expr coordinate = Expr.add(Expr.cast(place, Code.load(grid, at)), one);
    Expr absolute =
        alignCorners
            ? Expr.mul(Expr.mul(coordinate, half), Expr.sub(size, one))
            : Expr.mul(Expr.sub(Expr.mul(coordinate, size), one), half);
    Code.Cell x = code.cell("x" + d, absolute);
    if (mode == Mode.NEAREST) {
      x.set(Maths.call(Intrinsic.NEARBYINT, x.get()));
    }
    Expr least = alignCorners ? Expr.imm(place, 0) : Expr.imm(place, -0.5);
    Expr most = alignCorners ? Expr.sub(size, one) : Expr.sub(size, half);
    switch (padding) {
      case ZEROS -> {}
      case BORDER -> x.set(Expr.min(Expr.max(x.get(), Expr.imm(place, 0)), Expr.sub(size, one)));
      case REFLECTION -> x.set(reflected(x.get(), least, most));
    }
    Expr below = Maths.call(Intrinsic.FLOOR, x.get());
    DType index = call.index(0).dtype();
    // Far outside, where conversions to integers are not defined, everything is alike.
    Expr limit = Expr.imm(place, 1e9);
    Expr safe = Expr.max(Expr.min(below, limit), Expr.imm(place, -1e9));
    Expr start = Expr.cast(index, safe);
    Expr distance = Expr.sub(x.get(), below);
    code.store(starts, mode == Mode.CUBIC ? Expr.sub(start, 1) : start, call.index(d));
    for (int k = 0; k < taps; k++) {
      Expr weight =
          switch (mode) {
            case NEAREST -> one;
            case LINEAR -> k == 0 ? Expr.sub(one, distance) : distance;
            case CUBIC -> {
              Expr from = Expr.sub(Expr.imm(place, k - 1), distance);
              yield Interpolate.cubic(Maths.call(Intrinsic.ABS, from), CUBIC_A);
            }
          };
      code.store(weights, weight, call.index((long) d * taps + k));
    }
  }

  /** A number mirrored at both borders until it is between them. */
  private static Expr reflected(Expr x, Expr least, Expr most) {
    Expr range = Expr.sub(most, least);
    Expr one = Maths.number(x, 1);
    Expr safe = new Expr.Select(Expr.gt(range, Maths.number(x, 0)), range, one);
    Expr below = Expr.lt(x, least);
    Expr distance = new Expr.Select(below, Expr.sub(least, x), Expr.sub(x, most));
    Expr turns = Maths.call(Intrinsic.FLOOR, Expr.div(distance, safe));
    Expr rest = Expr.sub(distance, Expr.mul(turns, safe));
    Expr halves = Expr.mul(turns, Maths.number(x, 0.5));
    Expr even = Expr.eq(Maths.call(Intrinsic.FLOOR, halves), halves);
    Expr fromLeast = Expr.ne(even, Expr.not(below));
    Expr mirrored = new Expr.Select(fromLeast, Expr.add(least, rest), Expr.sub(most, rest));
    Expr outside = Expr.or(below, Expr.gt(x, most));
    return new Expr.Select(outside, mirrored, x);
  }

  private Expr bounded(Lowering call, Expr position, Expr size) {
    return switch (padding) {
      case ZEROS -> position;
      case BORDER -> Expr.min(Expr.max(position, call.index(0)), Expr.sub(size, 1));
      case REFLECTION -> {
        // Taps reach a few elements beyond the border at most: mirrored and then clamped.
        Expr last = Expr.sub(size, 1);
        Expr lower =
            alignCorners ? Expr.sub(call.index(0), position) : Expr.sub(call.index(-1), position);
        Expr below = new Expr.Select(Expr.lt(position, call.index(0)), lower, position);
        Expr twice = Expr.mul(last, 2);
        Expr upper = alignCorners ? Expr.sub(twice, below) : Expr.sub(Expr.add(twice, 1), below);
        Expr inside = new Expr.Select(Expr.gt(below, last), upper, below);
        yield Expr.min(Expr.max(inside, call.index(0)), last);
      }
    };
  }
}
