package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Model;
import dev.weft.base.DType;
import dev.weft.base.Tensor;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Views that leave branches and loops. */
class ReshapedValuesTest {
  /**
   * A reshape moves nothing, so it has no buffer of its own; its sizes are its own all the same.
   */
  @Test
  void reshapedValuesLeaveBranchesAndLoopsInTheirOwnShape() {
    OnnxWriter round =
        OnnxWriter.body()
            .input("i", DType.INT64)
            .input("go", DType.BOOL)
            .input("a", DType.FLOAT32, 6)
            .node("Identity", "go", "on")
            .node("Neg", "a", "next")
            .node("Reshape", "next wide", "slice")
            .output("on", DType.BOOL)
            .output("next")
            .output("slice");
    OnnxWriter writer =
        OnnxWriter.opset(18)
            .input("x", DType.FLOAT32, "n", 4)
            .input("c", DType.BOOL)
            .input("v", DType.FLOAT32, 6)
            .longs("halves", -1, 2)
            .longs("wide", 2, 3)
            .longs("shape", 3, 2)
            .longs("flat", 6)
            .scalar("trips", 2)
            .node(
                "If",
                "c",
                "y",
                OnnxWriter.body(
                    "then_branch",
                    OnnxWriter.body()
                        .node("Neg", "x", "m")
                        .node("Reshape", "m halves", "a")
                        .output("a")),
                OnnxWriter.body("else_branch", OnnxWriter.body().node("Abs", "x", "b").output("b")))
            .node("Shape", "y", "s")
            .node("Relu", "y", "z")
            .node("Reshape", "v shape", "v2")
            .node("Reshape", "v2 flat", "v3")
            .node("Loop", "trips _ v3", "last stacked", OnnxWriter.body("body", round))
            .output("z")
            .output("s", DType.INT64)
            .output("last")
            .output("stacked");
    for (String device : ModelCheck.DEVICES) {
      try (Model model = ModelCheck.load(writer.bytes()).compile(device)) {
        for (boolean taken : new boolean[] {true, false}) {
          Tensor flag = Tensor.allocate(DType.BOOL);
          flag.setLong(0, taken ? 1 : 0);
          Map<String, Tensor> results =
              model.run(
                  Map.of(
                      "x",
                      SampleModels.random(1, 3, 4),
                      "c",
                      flag,
                      "v",
                      SampleModels.random(2, 6)));
          long[] shape = taken ? new long[] {6, 2} : new long[] {3, 4};
          assertThat(result(results, "z").shape()).isEqualTo(shape);
          assertThat(result(results, "s").getLong(0)).isEqualTo(shape[0]);
          assertThat(result(results, "s").getLong(1)).isEqualTo(shape[1]);
          assertThat(result(results, "last").shape()).containsExactly(6);
          assertThat(result(results, "stacked").shape()).containsExactly(2, 2, 3);
        }
      }
    }
  }

  private static Tensor result(Map<String, Tensor> results, String name) {
    return Objects.requireNonNull(results.get(name), name);
  }
}
