package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtException;
import dev.weft.ImportedModel;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.compiler.OutputCheck;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.Devices;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Compiles a model once a device and compares every run with ONNX Runtime's. */
final class ModelCheck {
  /** Both are there on every machine. */
  static final List<String> DEVICES = List.of("interpreter", "jvm");

  private ModelCheck() {}

  /** Skips the test where a device is missing. */
  static void assumeThere(String device) {
    assumeTrue(
        Devices.installed().list().stream().map(DeviceInfo::name).anyMatch(device::equals),
        "there is no " + device);
  }

  /** Reads a model as an application does. */
  static ImportedModel load(byte[] model) {
    try {
      Path file = Files.createTempFile("weft-test", ".onnx");
      try {
        Files.write(file, model);
        return Weft.load(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every output on every set of inputs. */
  @SafeVarargs
  static void matchesOnnxRuntime(OnnxWriter writer, Map<String, Tensor>... inputSets)
      throws OrtException {
    byte[] bytes = writer.bytes();
    try (OnnxRuntimeOracle oracle = new OnnxRuntimeOracle(bytes)) {
      for (String device : DEVICES) {
        try (Model model = load(bytes).compile(device)) {
          for (Map<String, Tensor> inputs : inputSets) {
            compare(device + " on " + inputs, model.run(inputs), oracle.run(inputs));
          }
        }
      }
    }
  }

  /** Every output is what ONNX Runtime gives for another model, since it lacks old versions. */
  static void matches(OnnxWriter writer, OnnxWriter current, Map<String, Tensor> inputs)
      throws OrtException {
    try (OnnxRuntimeOracle oracle = new OnnxRuntimeOracle(current.bytes())) {
      Map<String, Tensor> expected = oracle.run(inputs);
      for (String device : DEVICES) {
        try (Model model = load(writer.bytes()).compile(device)) {
          compare(device, model.run(inputs), expected);
        }
      }
    }
  }

  private static void compare(
      String what, Map<String, Tensor> actual, Map<String, Tensor> expected) {
    assertThat(actual.keySet()).as(what).isEqualTo(expected.keySet());
    for (Map.Entry<String, Tensor> output : expected.entrySet()) {
      Tensor want = output.getValue();
      Tensor got = Objects.requireNonNull(actual.get(output.getKey()));
      assertThat(got.dtype()).as("%s, %s", what, output.getKey()).isEqualTo(want.dtype());
      assertThat(got.shape()).as("%s, %s", what, output.getKey()).isEqualTo(want.shape());
      TensorComparison comparison = OutputCheck.compare(got, want);
      assertThat(comparison.agrees()).as("%s, %s: %s", what, output.getKey(), comparison).isTrue();
    }
  }
}
