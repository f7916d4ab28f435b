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
import java.util.ArrayList;
import java.util.List;

/**
 * Resampling along one axis; several axes one after the other make an image's. Operands: x, the
 * scale (float32, no dimension) unless it is the ratio of the lengths, and with {@link
 * Coordinates#CROP} the start and end of the part that is taken, as fractions of the length.
 * Intermediate values of integers are float32.
 *
 * @param axis the axis, from 0
 * @param length the new length
 * @param scaled whether an operand gives the scale, new by old
 * @param kernel how values between elements come about
 * @param coordinates which place of the old axis an element of the new one stands for
 */
public record Interpolate(
    int axis, IntExpr length, boolean scaled, Kernel kernel, Coordinates coordinates)
    implements Operator {
  /** Where an element lies on the old axis. */
  public enum Coordinates {
    HALF_PIXEL,
    HALF_PIXEL_SYMMETRIC,
    PYTORCH_HALF_PIXEL,
    /** As half pixel, without the half pixel back: {@code (x + 0.5) / scale}. */
    HALF_PIXEL_FOR_NEAREST,
    ALIGN_CORNERS,
    ASYMMETRIC,
    CROP
  }

  /** Which way a place between two elements is rounded. */
  public enum Rounding {
    PREFER_FLOOR,
    PREFER_CEIL,
    FLOOR,
    CEIL
  }

  /** How values between elements come about. */
  public sealed interface Kernel {
    /** The element that is nearest. */
    record Nearest(Rounding rounding, double outside) implements Kernel {}

    /**
     * A weighted sum: linear, or cubic with the coefficient a of Keys ("Cubic convolution
     * interpolation for digital image processing", 1981, equation 4).
     *
     * @param cubic whether it is cubic
     * @param a the cubic's coefficient
     * @param excludeOutside whether elements beyond the border don't count rather than being the
     *     border's
     * @param antialias whether the kernel gets wider when there are fewer elements than before
     * @param outside what is beyond the axis with {@link Coordinates#CROP}
     */
    record Weighted(
        boolean cubic, double a, boolean excludeOutside, boolean antialias, double outside)
        implements Kernel {}
  }

  @Override
  public String name() {
    return "interpolate";
  }

  @Override
  public PatternKind kind() {
    return kernel instanceof Kernel.Nearest ? PatternKind.INJECTIVE : PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    int count = 1 + (scaled ? 1 : 0) + (coordinates == Coordinates.CROP ? 2 : 0);
    Operands operands = Operands.of(this, args, count, count);
    TensorType x = operands.tensor(0);
    operands.axis(axis, x.rank());
    for (int i = 1; i < count; i++) {
      if (operands.tensor(i).rank() != 0) {
        throw operands.failure("operand " + i + " must have no dimension");
      }
    }
    List<IntExpr> dims = new ArrayList<>(x.shape().dims());
    dims.set(axis, length);
    return x.withShape(new Shape(dims));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return switch (kernel) {
      case Kernel.Nearest nearest -> List.of(nearest(call, nearest));
      case Kernel.Weighted weighted -> weighted(call, weighted);
    };
  }

  /** The numbers that places are worked out from, all float32. */
  private final class Places {
    private final Lowering call;
    final Expr oldLength;
    final Expr newLength;

    Places(Lowering call) {
      this.call = call;
      oldLength = Expr.cast(DType.FLOAT32, call.dim(0, axis));
      newLength = Expr.cast(DType.FLOAT32, call.expr(length));
    }

    private Expr operand(int position) {
      return Expr.cast(DType.FLOAT32, call.at((scaled ? 1 : 0) + position, List.of()));
    }

    Expr scale() {
      return scaled ? call.at(1, List.of()) : Expr.div(newLength, oldLength);
    }

    /** By the scale; the product comes first, so that what can be exact is. */
    private Expr divided(Expr x) {
      return scaled ? Expr.div(x, scale()) : Expr.div(Expr.mul(x, oldLength), newLength);
    }

    /** The new length, which with a scale may be a fraction. */
    private Expr fractionalLength() {
      return scaled ? Expr.mul(scale(), oldLength) : newLength;
    }

    Expr place(Expr index) {
      Expr x = Expr.cast(DType.FLOAT32, index);
      Expr half = number(0.5);
      Expr one = number(1);
      Expr zero = number(0);
      Expr centre = Expr.sub(divided(Expr.add(x, half)), half);
      return switch (coordinates) {
        case HALF_PIXEL -> centre;
        case HALF_PIXEL_FOR_NEAREST -> divided(Expr.add(x, half));
        case HALF_PIXEL_SYMMETRIC -> {
          Expr adjustment = Expr.div(newLength, fractionalLength());
          Expr middle = Expr.mul(oldLength, half);
          yield Expr.add(Expr.mul(middle, Expr.sub(one, adjustment)), centre);
        }
        case PYTORCH_HALF_PIXEL -> new Expr.Select(Expr.gt(newLength, one), centre, zero);
        case ASYMMETRIC -> divided(x);
        case ALIGN_CORNERS -> {
          Expr wide = fractionalLength();
          Expr single = Expr.eq(wide, one);
          Expr steps = new Expr.Select(single, one, Expr.sub(wide, one));
          Expr moved = Expr.div(Expr.mul(x, Expr.sub(oldLength, one)), steps);
          yield new Expr.Select(single, zero, moved);
        }
        case CROP -> {
          Expr start = operand(1);
          Expr end = operand(2);
          Expr last = Expr.sub(oldLength, one);
          Expr single = Expr.le(newLength, one);
          Expr steps = new Expr.Select(single, one, Expr.sub(newLength, one));
          Expr moved = Expr.div(Expr.mul(Expr.mul(x, Expr.sub(end, start)), last), steps);
          Expr middle = Expr.mul(Expr.mul(Expr.add(start, end), half), last);
          yield new Expr.Select(single, middle, Expr.add(Expr.mul(start, last), moved));
        }
      };
    }

    Expr outside(Expr place) {
      Expr last = Expr.sub(oldLength, number(1));
      return Expr.or(Expr.lt(place, number(0)), Expr.gt(place, last));
    }

    Expr clamped(Expr position) {
      Expr last = Expr.sub(call.dim(0, axis), 1);
      return Expr.min(Expr.max(position, call.index(0)), last);
    }
  }

  private static Expr number(double value) {
    return Expr.imm(DType.FLOAT32, value);
  }

  private Tensor nearest(Lowering call, Kernel.Nearest nearest) {
    Places places = new Places(call);
    return Te.compute(
        name(),
        call.shape(),
        axes -> {
          Expr place = places.place(axes.get(axis));
          Expr rounded =
              switch (nearest.rounding()) {
                case PREFER_FLOOR -> Maths.call(Intrinsic.CEIL, Expr.sub(place, number(0.5)));
                case PREFER_CEIL -> Maths.call(Intrinsic.FLOOR, Expr.add(place, number(0.5)));
                case FLOOR -> Maths.call(Intrinsic.FLOOR, place);
                case CEIL -> Maths.call(Intrinsic.CEIL, place);
              };
          List<Expr> at = new ArrayList<>(axes.list());
          at.set(axis, places.clamped(Expr.cast(call.index(0).dtype(), rounded)));
          Expr element = call.at(0, at);
          return coordinates == Coordinates.CROP
              ? new Expr.Select(
                  places.outside(place), Maths.number(element, nearest.outside()), element)
              : element;
        });
  }

  /** Each element is the sum over the elements that the kernel reaches, divided by the weights'. */
  private List<Tensor> weighted(Lowering call, Kernel.Weighted weighted) {
    Places places = new Places(call);
    DType dtype = call.type(0).dtype();
    DType wide = dtype.isFloat() ? Maths.accumulator(dtype) : DType.FLOAT32;
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < call.count(); i++) {
      inputs.add(call.tensor(i));
    }
    DType index = call.index(0).dtype();
    int radius = weighted.cubic() ? 2 : 1;
    return Te.pointwise(
        name(),
        call.shape(),
        List.of(call.shape()),
        List.of(dtype),
        inputs,
        (point, in, out) -> {
          Code code = new Code(call);
          Lowering buffers = call.reading(in);
          Places own = new Places(buffers);
          Code.Cell place = code.cell("place", own.place(point.get(axis)));
          Code.Cell stretch = code.cell("stretch", number(1));
          if (weighted.antialias()) {
            stretch.set(Expr.min(own.scale(), number(1)));
          }
          // The elements within the kernel's radius, which is wider where the kernel is stretched.
          Expr reach = Maths.call(Intrinsic.CEIL, Expr.div(number(radius), stretch.get()));
          Code.Cell reached = code.cell("reached", Expr.cast(index, reach));
          Expr below = Expr.cast(index, Maths.call(Intrinsic.FLOOR, place.get()));
          Code.Cell first = code.cell("first", Expr.sub(below, reached.get()));
          Code.Cell sum = code.cell("sum", Expr.imm(wide, 0));
          Code.Cell weights = code.cell("weights", number(0));
          code.loop(
              "k",
              Expr.add(Expr.mul(reached.get(), 2), 2),
              k -> {
                Code.Cell position = code.cell("position", Expr.add(first.get(), k));
                Expr distance =
                    Expr.mul(
                        stretch.get(),
                        Expr.sub(Expr.cast(DType.FLOAT32, position.get()), place.get()));
                Code.Cell weight = code.cell("weight", weight(weighted, distance));
                if (weighted.excludeOutside()) {
                  Expr inside = Indices.inside(call, position.get(), call.dim(0, axis));
                  weight.set(new Expr.Select(inside, weight.get(), number(0)));
                }
                weights.add(weight.get());
                List<Expr> at = new ArrayList<>(point.list());
                at.set(axis, places.clamped(position.get()));
                Expr element = Expr.cast(wide, Code.load(in.get(0), at));
                sum.add(Expr.mul(Expr.cast(wide, weight.get()), element));
              });
          boolean normalised = weighted.excludeOutside() || weighted.antialias();
          Expr result =
              normalised ? Expr.div(sum.get(), Expr.cast(wide, weights.get())) : sum.get();
          if (coordinates == Coordinates.CROP) {
            result =
                new Expr.Select(
                    own.outside(place.get()), Expr.imm(wide, weighted.outside()), result);
          }
          code.store(out.get(0), Expr.cast(dtype, result), point.list());
          return code.done();
        });
  }

  private static Expr weight(Kernel.Weighted kernel, Expr distance) {
    Expr x = Maths.call(Intrinsic.ABS, distance);
    if (!kernel.cubic()) {
      return Expr.max(number(0), Expr.sub(number(1), x));
    }
    return cubic(x, kernel.a());
  }

  /** The cubic convolution kernel at distance x, which must not be negative. */
  static Expr cubic(Expr x, double a) {
    Expr near = polynomial(x, a + 2, -(a + 3), 0, 1);
    Expr far = polynomial(x, a, -5 * a, 8 * a, -4 * a);
    Expr zero = Maths.number(x, 0);
    Expr outer = new Expr.Select(Expr.lt(x, Maths.number(x, 2)), far, zero);
    return new Expr.Select(Expr.le(x, Maths.number(x, 1)), near, outer);
  }

  private static Expr polynomial(Expr x, double c3, double c2, double c1, double c0) {
    Expr value = Expr.add(Expr.mul(Maths.number(x, c3), x), Maths.number(x, c2));
    value = Expr.add(Expr.mul(value, x), Maths.number(x, c1));
    return Expr.add(Expr.mul(value, x), Maths.number(x, c0));
  }
}
