package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Interpolate;
import dev.weft.graph.op.Interpolate.Coordinates;
import dev.weft.graph.op.Interpolate.Kernel;
import dev.weft.graph.op.Interpolate.Rounding;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The import of Resize and Upsample: one resampling for each axis that changes. */
final class ResizeImport {
  private final Node node;
  private final Emit emit;
  private final Kernel kernel;
  private final Coordinates coordinates;

  private ResizeImport(Node node, Kernel kernel, Coordinates coordinates) {
    this.node = node;
    this.emit = new Emit(node);
    this.kernel = kernel;
    this.coordinates = coordinates;
  }

  /** How one axis changes: its new length, and the scale where that is not the lengths' ratio. */
  private record Change(IntExpr length, @Nullable GraphExpr scale) {}

  static GraphExpr upsample(Node node) {
    ResizeImport resize =
        new ResizeImport(node, simple(node, node.text("mode", "nearest")), Coordinates.ASYMMETRIC);
    int rank = node.rank(0);
    if (node.opset() >= 9) {
      return resize.scaled(node.input(1), resize.emit.range(0, rank));
    }
    List<Float> scales = node.numbers("scales");
    if (node.opset() < 7) {
      scales =
          List.of(
              1f,
              1f,
              (float) node.number("height_scale", 1),
              (float) node.number("width_scale", 1));
    }
    if (scales.size() != rank) {
      throw node.invalid("there must be a scale for each dimension");
    }
    return resize.knownScales(
        scales.stream().map(Float::doubleValue).toList(), resize.emit.range(0, rank));
  }

  private static Kernel simple(Node node, String mode) {
    return switch (mode) {
      case "nearest" -> new Kernel.Nearest(Rounding.FLOOR, 0);
      case "linear", "bilinear" -> new Kernel.Weighted(false, 0, false, false, 0);
      default -> throw node.invalid("mode '" + mode + "' is unknown");
    };
  }

  static GraphExpr resize(Node node) {
    int rank = node.rank(0);
    Emit emit = new Emit(node);
    if (node.opset() < 11) {
      Kernel kernel = simple(node, node.text("mode", "nearest"));
      return new ResizeImport(node, kernel, Coordinates.ASYMMETRIC)
          .scaled(node.input(1), emit.range(0, rank));
    }
    Coordinates coordinates = coordinates(node);
    ResizeImport resize = new ResizeImport(node, kernel(node), coordinates);
    List<Long> every = emit.range(0, rank).stream().map(Integer::longValue).toList();
    List<Integer> axes = node.axes(node.integers("axes", every), rank);
    if (node.has(3) && !ImageConverters.isEmpty(node.type(3))) {
      return resize.sized(axes);
    }
    return resize.scaled(node.input(2), axes);
  }

  private static Coordinates coordinates(Node node) {
    return switch (node.text("coordinate_transformation_mode", "half_pixel")) {
      case "half_pixel" -> Coordinates.HALF_PIXEL;
      case "half_pixel_symmetric" -> Coordinates.HALF_PIXEL_SYMMETRIC;
      case "pytorch_half_pixel" -> Coordinates.PYTORCH_HALF_PIXEL;
      case "tf_half_pixel_for_nn" -> Coordinates.HALF_PIXEL_FOR_NEAREST;
      case "align_corners" -> Coordinates.ALIGN_CORNERS;
      case "asymmetric" -> Coordinates.ASYMMETRIC;
      case "tf_crop_and_resize" -> Coordinates.CROP;
      default -> throw node.invalid("coordinate_transformation_mode is unknown");
    };
  }

  private static Kernel kernel(Node node) {
    double outside = node.number("extrapolation_value", 0);
    boolean exclude = node.flag("exclude_outside", false);
    boolean antialias = node.flag("antialias", false);
    double a = node.number("cubic_coeff_a", -0.75);
    return switch (node.text("mode", "nearest")) {
      case "nearest" -> new Kernel.Nearest(rounding(node), outside);
      case "linear" -> new Kernel.Weighted(false, 0, exclude, antialias, outside);
      case "cubic" -> new Kernel.Weighted(true, a, exclude, antialias, outside);
      default -> throw node.invalid("mode '" + node.text("mode", "") + "' is unknown");
    };
  }

  private static Rounding rounding(Node node) {
    return switch (node.text("nearest_mode", "round_prefer_floor")) {
      case "round_prefer_floor" -> Rounding.PREFER_FLOOR;
      case "round_prefer_ceil" -> Rounding.PREFER_CEIL;
      case "floor" -> Rounding.FLOOR;
      case "ceil" -> Rounding.CEIL;
      default -> throw node.invalid("nearest_mode is unknown");
    };
  }

  /** By the scales that an input holds. */
  private GraphExpr scaled(GraphExpr scales, List<Integer> axes) {
    int input = node.opset() < 11 ? 1 : 2;
    List<Double> known = ImageConverters.numbers(node, input);
    if (!known.isEmpty()) {
      return knownScales(known, axes);
    }
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < axes.size(); i++) {
      GraphExpr scale = part(scales, i);
      IntExpr old = node.type(0).dim(axes.get(i));
      GraphExpr length = emit.mul(emit.size(old, DType.FLOAT32), scale);
      if (coordinates == Coordinates.CROP) {
        length = emit.mul(length, emit.sub(part(roi(), axes.size() + i), part(roi(), i)));
      }
      GraphExpr whole = emit.cast(emit.unary(UnaryFunction.FLOOR, length), DType.INT64);
      changes.add(new Change(emit.sizeOf(whole), scale));
    }
    return apply(axes, changes);
  }

  private GraphExpr knownScales(List<Double> scales, List<Integer> axes) {
    if (scales.size() != axes.size()) {
      throw node.invalid("there must be a scale for each of the axes " + axes);
    }
    List<Double> roi =
        coordinates == Coordinates.CROP ? ImageConverters.numbers(node, 1) : List.of();
    if (coordinates == Coordinates.CROP && roi.isEmpty()) {
      throw node.unsupported("a region of interest that only the run knows");
    }
    List<Integer> changed = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < axes.size(); i++) {
      double scale = scales.get(i);
      boolean crops = coordinates == Coordinates.CROP;
      if (scale == 1 && !crops) {
        continue;
      }
      double part = crops ? roi.get(axes.size() + i) - roi.get(i) : 1;
      IntExpr old = node.type(0).dim(axes.get(i));
      Long size = SizeAlgebra.constant(old);
      IntExpr length;
      if (size != null) {
        // The product is one of float32 numbers.
        length = IntExpr.of((long) Math.floor((float) (size * part) * (float) scale));
      } else if (scale == Math.rint(scale) && part == 1) {
        length = SizeAlgebra.times(old, IntExpr.of((long) scale));
      } else {
        GraphExpr product = emit.mul(emit.size(old, DType.FLOAT32), scale * part);
        length = emit.sizeOf(emit.cast(product, DType.INT64));
      }
      changed.add(axes.get(i));
      changes.add(new Change(length, emit.scalar(DType.FLOAT32, scale)));
    }
    return apply(changed, changes, axes);
  }

  /** To the sizes that an input holds. */
  private GraphExpr sized(List<Integer> axes) {
    TensorType x = node.type(0);
    List<IntExpr> wanted = node.sizes(3);
    if (wanted.size() != axes.size()) {
      throw node.invalid("there must be a size for each of the axes " + axes);
    }
    String policy = node.text("keep_aspect_ratio_policy", "stretch");
    List<Integer> changed = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    if (policy.equals("stretch")) {
      for (int i = 0; i < axes.size(); i++) {
        boolean same = SizeAlgebra.equal(wanted.get(i), x.dim(axes.get(i)));
        if (!same || coordinates == Coordinates.CROP) {
          changed.add(axes.get(i));
          changes.add(new Change(wanted.get(i), null));
        }
      }
      return apply(changed, changes, axes);
    }
    boolean larger = policy.equals("not_smaller");
    if (!larger && !policy.equals("not_larger")) {
      throw node.invalid("keep_aspect_ratio_policy '" + policy + "' is unknown");
    }
    return keepingRatio(axes, wanted, larger);
  }

  private GraphExpr keepingRatio(List<Integer> axes, List<IntExpr> wanted, boolean larger) {
    GraphExpr scale = null;
    for (int i = 0; i < axes.size(); i++) {
      GraphExpr ratio =
          emit.div(
              emit.size(wanted.get(i), DType.FLOAT32),
              emit.size(node.type(0).dim(axes.get(i)), DType.FLOAT32));
      scale = scale == null ? ratio : larger ? emit.max(scale, ratio) : emit.min(scale, ratio);
    }
    if (scale == null) {
      return node.input(0);
    }
    Double known = knownRatio(axes, wanted, larger);
    List<Change> changes = new ArrayList<>();
    for (int axis : axes) {
      IntExpr old = node.type(0).dim(axis);
      Long size = SizeAlgebra.constant(old);
      IntExpr length;
      if (known != null && size != null) {
        length = IntExpr.of((long) Math.floor(known * size + 0.5));
      } else {
        GraphExpr product = emit.add(emit.mul(emit.size(old, DType.FLOAT32), scale), 0.5);
        length = emit.sizeOf(emit.cast(emit.unary(UnaryFunction.FLOOR, product), DType.INT64));
      }
      changes.add(new Change(length, scale));
    }
    return apply(axes, changes);
  }

  private @Nullable Double knownRatio(List<Integer> axes, List<IntExpr> wanted, boolean larger) {
    Double scale = null;
    for (int i = 0; i < axes.size(); i++) {
      Long size = SizeAlgebra.constant(wanted.get(i));
      Long old = SizeAlgebra.constant(node.type(0).dim(axes.get(i)));
      if (size == null || old == null) {
        return null;
      }
      double ratio = (double) size / old;
      scale = scale == null ? ratio : larger ? Math.max(scale, ratio) : Math.min(scale, ratio);
    }
    return scale;
  }

  private GraphExpr apply(List<Integer> axes, List<Change> changes) {
    return apply(axes, changes, axes);
  }

  /**
   * @param all the axes that the region of interest is about
   */
  private GraphExpr apply(List<Integer> axes, List<Change> changes, List<Integer> all) {
    GraphExpr result = node.input(0);
    for (int i = 0; i < axes.size(); i++) {
      int axis = axes.get(i);
      Change change = changes.get(i);
      List<GraphExpr> operands = new ArrayList<>(List.of(result));
      if (change.scale() != null) {
        operands.add(change.scale());
      }
      if (coordinates == Coordinates.CROP) {
        int position = all.indexOf(axis);
        operands.add(part(roi(), position));
        operands.add(part(roi(), all.size() + position));
      }
      result =
          node.emit(
              new Interpolate(axis, change.length(), change.scale() != null, kernel, coordinates),
              operands);
    }
    return result;
  }

  private GraphExpr roi() {
    return emit.cast(node.input(1), DType.FLOAT32);
  }

  /** One element of a vector. */
  private GraphExpr part(GraphExpr vector, int index) {
    GraphExpr element = emit.slice(vector, 0, IntExpr.of(index), IntExpr.of(index + 1L));
    return emit.cast(emit.reshape(element, List.of()), DType.FLOAT32);
  }
}
