package dev.weft.cli;

import dev.weft.ImportedModel;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.runtime.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Compiles, runs and closes a model again and again and prints, a line a window of cycles, how many
 * bytes the process has grown by. A program of its own, so that its heap can be of one size from
 * the start and nothing but native memory is left to grow.
 *
 * <p>Arguments: the ONNX file, the device, the cycles of a window, the number of windows. The first
 * window is the warm-up: caches and thread pools find their size in it.
 */
final class NativeMemoryProbe {
  private NativeMemoryProbe() {}

  public static void main(String[] arguments) throws IOException {
    ImportedModel imported = Weft.load(Path.of(arguments[0]));
    int cycles = Integer.parseInt(arguments[2]);
    int windows = Integer.parseInt(arguments[3]);
    try (Tensor image = Tensor.allocate(DType.FLOAT32, 1, 1, 28, 28)) {
      for (int window = 0; window < windows; window++) {
        long before = residentBytes();
        for (int i = 0; i < cycles; i++) {
          cycle(imported, arguments[1], image);
        }
        System.out.println(residentBytes() - before);
      }
    }
  }

  private static void cycle(ImportedModel imported, String name, Tensor image) {
    Device device;
    try (Model model = imported.compile(name)) {
      device = model.device();
      model.run(Map.of("image", image)).values().forEach(Tensor::close);
      if (device.memory().liveBytes() <= 0) {
        throw new IllegalStateException("an open model on " + name + " has no memory there");
      }
    }
    if (device.memory().liveBytes() != 0 || device.memory().liveBuffers() != 0) {
      throw new IllegalStateException(
          "a closed model has left "
              + device.memory().liveBuffers()
              + " buffers of "
              + device.memory().liveBytes()
              + " bytes on "
              + name);
    }
  }

  private static long residentBytes() throws IOException {
    System.gc(); // What only a cleaner frees is not held against the cycles, nor is garbage.
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("RssAnon:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("/proc/self/status has no line RssAnon");
  }
}
