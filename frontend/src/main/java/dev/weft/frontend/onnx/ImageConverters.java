package dev.weft.frontend.onnx;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.ColumnsToImage;
import dev.weft.graph.op.GridSample;
import dev.weft.graph.op.RoiAlign;
import dev.weft.graph.op.RoiMaxPool;
import dev.weft.graph.op.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Operators on images: sampling, regions, columns. */
final class ImageConverters {
  private ImageConverters() {}

  static void register(Map<String, Converter> converters) {
    converters.put("Resize", node -> List.of(ResizeImport.resize(node)));
    converters.put("Upsample", node -> List.of(ResizeImport.upsample(node)));
    converters.put("GridSample", node -> List.of(gridSample(node)));
    converters.put("AffineGrid", node -> List.of(affineGrid(node)));
    converters.put("Col2Im", node -> List.of(columnsToImage(node)));
    converters.put("RoiAlign", node -> List.of(roiAlign(node)));
    converters.put("MaxRoiPool", node -> List.of(roiMaxPool(node)));
  }

  private static GraphExpr gridSample(Node node) {
    GridSample.Mode mode =
        switch (node.text("mode", "linear")) {
          case "nearest" -> GridSample.Mode.NEAREST;
          case "linear", "bilinear" -> GridSample.Mode.LINEAR;
          case "cubic", "bicubic" -> GridSample.Mode.CUBIC;
          default -> throw node.invalid("mode '" + node.text("mode", "") + "' is unknown");
        };
    GridSample.Beyond padding =
        switch (node.text("padding_mode", "zeros")) {
          case "zeros" -> GridSample.Beyond.ZEROS;
          case "border" -> GridSample.Beyond.BORDER;
          case "reflection" -> GridSample.Beyond.REFLECTION;
          default -> throw node.invalid("padding_mode is unknown");
        };
    return node.emit(
        new GridSample(mode, padding, node.flag("align_corners", false)),
        node.input(0),
        node.input(1));
  }

  /** The places of all elements, in coordinates from -1 to 1 with a 1 behind, times the matrix. */
  private static GraphExpr affineGrid(Node node) {
    Emit emit = new Emit(node);
    GraphExpr theta = node.input(0);
    DType dtype = emit.dtype(theta);
    List<IntExpr> sizes = node.sizes(1);
    List<IntExpr> spatial = sizes.subList(2, sizes.size());
    int rank = spatial.size();
    boolean corners = node.flag("align_corners", false);
    List<IntExpr> dims = new ArrayList<>(spatial);
    dims.add(IntExpr.of(1));
    List<GraphExpr> coordinates = new ArrayList<>();
    for (int d = rank - 1; d >= 0; d--) {
      GraphExpr index = emit.iotaAlong(spatial.get(d), d, rank + 1, dtype);
      GraphExpr size = emit.size(spatial.get(d), dtype);
      GraphExpr one = emit.scalar(dtype, 1);
      GraphExpr place;
      if (corners) {
        // For a single element the standard divides by 0; it lies in the middle, as in PyTorch.
        GraphExpr apart = emit.sub(size, one);
        GraphExpr steps = emit.max(apart, one);
        place = emit.sub(emit.div(emit.mul(index, 2), steps), emit.min(apart, one));
      } else {
        place = emit.sub(emit.div(emit.add(emit.mul(index, 2), 1), size), one);
      }
      coordinates.add(emit.expand(place, dims));
    }
    coordinates.add(emit.expand(emit.scalar(dtype, 1), dims));
    IntExpr places = NeuralConverters.product(spatial);
    GraphExpr homogeneous =
        emit.reshape(emit.concat(rank, coordinates), places, IntExpr.of(rank + 1L));
    GraphExpr grid = emit.matmul(homogeneous, emit.transpose(theta, 0, 2, 1));
    List<IntExpr> result = new ArrayList<>(List.of(emit.dim(theta, 0)));
    result.addAll(spatial);
    result.add(IntExpr.of(rank));
    return emit.reshape(grid, result);
  }

  private static GraphExpr columnsToImage(Node node) {
    List<IntExpr> image = node.sizes(1);
    List<IntExpr> block = node.sizes(2);
    int rank = image.size();
    List<Long> ones = Collections.nCopies(rank, 1L);
    List<Long> pads = node.integers("pads", Collections.nCopies(2 * rank, 0L));
    if (pads.size() != 2 * rank || block.size() != rank) {
      throw node.invalid("the sizes of image, block and pads don't fit together");
    }
    Window window =
        new Window(
            node.integers("strides", ones),
            pads.subList(0, rank),
            pads.subList(rank, 2 * rank),
            node.integers("dilations", ones));
    return node.emit(new ColumnsToImage(image, block, window), node.input(0));
  }

  private static GraphExpr roiAlign(Node node) {
    String usual = node.opset() < 16 ? "output_half_pixel" : "half_pixel";
    String mode = node.text("mode", "avg");
    if (!mode.equals("avg") && !mode.equals("max")) {
      throw node.invalid("mode '" + mode + "' is unknown");
    }
    return node.emit(
        new RoiAlign(
            node.integer("output_height", 1),
            node.integer("output_width", 1),
            node.integer("sampling_ratio", 0),
            node.number("spatial_scale", 1),
            node.text("coordinate_transformation_mode", usual).equals("half_pixel"),
            mode.equals("max")),
        node.inputs());
  }

  private static GraphExpr roiMaxPool(Node node) {
    List<Long> pooled = node.integers("pooled_shape", List.of());
    if (pooled.size() != 2) {
      throw node.invalid("pooled_shape must have two sizes");
    }
    return node.emit(
        new RoiMaxPool(pooled.get(0), pooled.get(1), node.number("spatial_scale", 1)),
        node.inputs());
  }

  /** The floats that an input holds, if they are known when the model is imported. */
  static List<Double> numbers(Node node, int input) {
    Tensor constant = node.constant(input);
    if (constant == null) {
      return List.of();
    }
    List<Double> numbers = new ArrayList<>();
    for (long i = 0; i < constant.elements(); i++) {
      numbers.add(constant.getDouble(i));
    }
    return numbers;
  }

  static boolean isEmpty(TensorType type) {
    Long elements = SizeAlgebra.constant(type.shape().elements());
    return elements != null && elements == 0;
  }
}
