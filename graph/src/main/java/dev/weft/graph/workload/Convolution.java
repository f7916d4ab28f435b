package dev.weft.graph.workload;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.Window;
import java.util.Map;

/**
 * A two-dimensional convolution with constant weights, as in a model.
 *
 * @param batch pictures
 * @param channels of a picture
 * @param height of a picture
 * @param width of a picture
 * @param filters channels of the result
 * @param kernelHeight of a filter
 * @param kernelWidth of a filter
 * @param stride distance of the windows, in both directions
 * @param padding zeros on each of the four sides
 * @param dilation distance of a filter's elements, in both directions
 * @param groups into how many groups the channels are split; as many as channels: depthwise
 */
public record Convolution(
    long batch,
    long channels,
    long height,
    long width,
    long filters,
    long kernelHeight,
    long kernelWidth,
    long stride,
    long padding,
    long dilation,
    long groups) {
  /**
   * The convolution of a new picture.
   *
   * @throws IllegalArgumentException if the channels can't be split or the filter doesn't fit
   */
  public Workload workload(DType dtype, Workload.Source source) {
    if (channels % groups != 0 || filters % groups != 0) {
      throw new IllegalArgumentException(
          channels
              + " channels and "
              + filters
              + " filters can't be split into "
              + groups
              + " groups");
    }
    if (rows() < 1 || columns() < 1) {
      throw new IllegalArgumentException("the filter is larger than the padded picture");
    }
    Tensor x = source.next(dtype, batch, channels, height, width);
    Tensor w = source.next(dtype, filters, channels / groups, kernelHeight, kernelWidth);
    Map<String, Tensor> inputs = Map.of("x", x);
    long terms = channels / groups * kernelHeight * kernelWidth;
    double results = (double) batch * filters * rows() * columns();
    return new Workload(
        title(dtype),
        Workload.graph(
            inputs,
            (builder, params) ->
                builder.emit(
                    new Conv(Window.of(2, stride, padding, dilation), groups),
                    params.get(0),
                    new GraphExpr.Constant("W", w))),
        inputs,
        2 * results * terms,
        (results + x.elements() + w.elements()) * dtype.bytes(),
        terms,
        position -> Workload.wrapped(dtype, element(x, w, position)));
  }

  private long rows() {
    return (height + 2 * padding - (kernelHeight - 1) * dilation - 1) / stride + 1;
  }

  private long columns() {
    return (width + 2 * padding - (kernelWidth - 1) * dilation - 1) / stride + 1;
  }

  private String title(DType dtype) {
    return "conv2d "
        + batch
        + "x"
        + channels
        + "x"
        + height
        + "x"
        + width
        + " with "
        + filters
        + " filters "
        + kernelHeight
        + "x"
        + kernelWidth
        + (stride == 1 ? "" : ", stride " + stride)
        + (padding == 0 ? "" : ", padding " + padding)
        + (dilation == 1 ? "" : ", dilation " + dilation)
        + (groups == 1 ? "" : ", " + groups + " groups")
        + " "
        + dtype;
  }

  private double element(Tensor x, Tensor w, long position) {
    long column = position % columns();
    long row = position / columns() % rows();
    long filter = position / (columns() * rows()) % filters;
    long picture = position / (columns() * rows() * filters);
    long depth = channels / groups;
    long firstChannel = filter / (filters / groups) * depth;
    double sum = 0;
    for (long c = 0; c < depth; c++) {
      for (long i = 0; i < kernelHeight; i++) {
        for (long j = 0; j < kernelWidth; j++) {
          long y = row * stride + i * dilation - padding;
          long z = column * stride + j * dilation - padding;
          if (y >= 0 && y < height && z >= 0 && z < width) {
            long from = ((picture * channels + firstChannel + c) * height + y) * width + z;
            long weight = ((filter * depth + c) * kernelHeight + i) * kernelWidth + j;
            sum += x.getDouble(from) * w.getDouble(weight);
          }
        }
      }
    }
    return sum;
  }
}
