package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import dev.weft.Model;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.compiler.OutputCheck;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random models of one operator: Weft's results are ONNX Runtime's. {@code -Dweft.fuzz.trials}
 * models (each operator's in turn), from {@code -Dweft.fuzz.seed}, on {@code -Dweft.fuzz.device},
 * {@code jvm} by default.
 */
@Tag("fuzz")
@Tag("onnx")
final class OnnxFuzzTest {
  private static final long TRIALS = Long.getLong("weft.fuzz.trials", 150);
  private static final long SEED = Long.getLong("weft.fuzz.seed", 0);
  private static final String DEVICE = System.getProperty("weft.fuzz.device", "jvm");
  private static final long OPSET = 20;

  @Test
  void agreesWithOnnxRuntime() {
    List<String> names = List.copyOf(RandomOperators.all().keySet());
    List<String> wrong = new ArrayList<>();
    Map<String, Integer> agreed = new TreeMap<>();
    for (long trial = 0; trial < TRIALS; trial++) {
      String op = names.get((int) (trial % names.size()));
      long seed = SEED + trial;
      RandomModel model = new RandomModel(new Random(seed), OPSET);
      Consumer<RandomModel> draw = Objects.requireNonNull(RandomOperators.all().get(op));
      draw.accept(model);
      byte[] bytes = model.writer().bytes();
      Map<String, Tensor> expected;
      try (OnnxRuntimeOracle oracle = new OnnxRuntimeOracle(bytes)) {
        expected = oracle.run(model.inputs());
      } catch (OrtException | IllegalArgumentException e) {
        continue; // ONNX Runtime doesn't have the operator for these types.
      }
      String difference = difference(bytes, model.inputs(), expected);
      if (difference.isEmpty()) {
        agreed.merge(op, 1, Integer::sum);
      } else {
        wrong.add(op + ", seed " + seed + ": " + difference);
        System.out.println("finding: " + wrong.getLast()); // Now, since the rest may take hours.
      }
    }
    System.out.println("models that agree by operator: " + agreed);
    assertThat(wrong).isEmpty();
    if (TRIALS >= names.size()) {
      // Each operator was really compared, but those whose outputs the Java package can't hand out.
      assertThat(agreed.size()).isGreaterThan(names.size() - 3);
    }
  }

  private static String difference(
      byte[] bytes, Map<String, Tensor> inputs, Map<String, Tensor> expected) {
    try (Model model = ModelCheck.load(bytes).compile(DEVICE)) {
      Map<String, Tensor> actual = model.run(inputs);
      for (Map.Entry<String, Tensor> output : expected.entrySet()) {
        Tensor got = actual.get(output.getKey());
        Tensor want = output.getValue();
        if (got == null
            || !got.dtype().equals(want.dtype())
            || !Arrays.equals(got.shape(), want.shape())) {
          return output.getKey() + " is " + got + " instead of " + want;
        }
        TensorComparison comparison = OutputCheck.compare(got, want);
        if (!comparison.agrees()) {
          return output.getKey() + ": " + comparison.report();
        }
      }
      return "";
    } catch (RuntimeException e) {
      return e.toString();
    }
  }
}
