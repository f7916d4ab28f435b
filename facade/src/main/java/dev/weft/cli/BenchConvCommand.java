package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.graph.workload.Convolution;
import dev.weft.graph.workload.Workload;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weft bench conv2d}. */
@Command(
    name = "conv2d",
    description = {
      "Measures a convolution with constant weights; peers: " + BenchWorkloadAction.PEERS + "."
    },
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  weft bench conv2d --c 64 --h 56 --w 56 --filters 64 --kernel 3 --pad 1 --vs onnxruntime"
    })
class BenchConvCommand extends BenchWorkloadAction {
  @Option(names = "--batch", defaultValue = "1", description = "Pictures; ${DEFAULT-VALUE}.")
  private int batch;

  @Option(names = "--c", defaultValue = "64", description = "Channels; ${DEFAULT-VALUE}.")
  private int channels;

  @Option(names = "--h", defaultValue = "56", description = "Height; ${DEFAULT-VALUE}.")
  private int height;

  @Option(names = "--w", defaultValue = "56", description = "Width; ${DEFAULT-VALUE}.")
  private int width;

  @Option(names = "--filters", description = "Channels of the result; default as many as --c.")
  private @Nullable Integer filters;

  @Option(
      names = "--kernel",
      defaultValue = "3",
      paramLabel = "N[xN]",
      description = "Size of a filter: 3, or 1x7 for height and width; default ${DEFAULT-VALUE}.")
  private String kernel = "3";

  @Option(names = "--stride", defaultValue = "1", description = "Default ${DEFAULT-VALUE}.")
  private int stride;

  @Option(names = "--pad", defaultValue = "1", description = "On each side; ${DEFAULT-VALUE}.")
  private int padding;

  @Option(names = "--dilation", defaultValue = "1", description = "Default ${DEFAULT-VALUE}.")
  private int dilation;

  @Option(names = "--groups", defaultValue = "1", description = "Of channels; ${DEFAULT-VALUE}.")
  private int groups;

  BenchConvCommand(Console console) {
    super(console);
  }

  /** How many groups there are for so many channels. */
  int groups(int ofChannels) {
    return groups;
  }

  @Override
  Workload workload(DType dtype, Workload.Source source, ObjectNode figures) {
    int results = filters == null ? channels : filters;
    checkPositive(
        "sizes, --stride and --dilation",
        batch,
        channels,
        height,
        width,
        results,
        stride,
        dilation);
    checkPositive("--groups", groups(channels));
    if (padding < 0) {
      throw usage("--pad is at least 0");
    }
    if (!kernel.matches("[1-9]\\d{0,5}(x[1-9]\\d{0,5})?")) {
      throw usage("--kernel is a size like 3, or two like 1x7, got " + kernel);
    }
    String[] sizes = kernel.split("x", -1);
    int kernelHeight = Integer.parseInt(sizes[0]);
    int kernelWidth = Integer.parseInt(sizes[sizes.length - 1]);
    figures.put("workload", "conv2d").put("batch", batch).put("c", channels);
    figures.put("h", height).put("w", width).put("filters", results);
    figures.put("kernel_h", kernelHeight).put("kernel_w", kernelWidth).put("stride", stride);
    figures.put("pad", padding).put("dilation", dilation).put("groups", groups(channels));
    return new Convolution(
            batch,
            channels,
            height,
            width,
            results,
            kernelHeight,
            kernelWidth,
            stride,
            padding,
            dilation,
            groups(channels))
        .workload(dtype, source);
  }

  @Override
  void resize(int size) {
    height = size;
    width = size;
  }

  @Override
  List<Integer> usualSizes() {
    return List.of(7, 14, 28, 56, 112);
  }
}
