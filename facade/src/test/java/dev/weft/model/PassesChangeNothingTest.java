package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.ImportedModel;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.Tensor;
import dev.weft.base.TensorComparison;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.OutputCheck;
import dev.weft.frontend.onnx.OnnxImporter;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPass;
import dev.weft.graph.pass.GraphPasses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every model gives the same with every pass alone off, alone on, and at every level. */
class PassesChangeNothingTest {
  static Stream<String> models() {
    return SampleModels.all().keySet().stream();
  }

  /** Without the one that the interpreter takes too long for. */
  static Stream<String> smallModels() {
    return models().filter(name -> !name.equals("digits"));
  }

  /** The passes that can be left out. */
  private static List<String> optional() {
    return GraphPasses.standard(ConstantEvaluator.interpreter()).stream()
        .filter(pass -> !pass.required())
        .map(GraphPass::name)
        .toList();
  }

  private static Map<String, CompileOptions> variations() {
    Map<String, CompileOptions> variations = new LinkedHashMap<>();
    for (int level = 0; level <= 3; level++) {
      variations.put("level " + level, CompileOptions.DEFAULT.withOptLevel(level));
    }
    CompileOptions none = CompileOptions.DEFAULT;
    for (String pass : optional()) {
      none = none.withoutPass(pass);
    }
    for (String pass : optional()) {
      variations.put("without " + pass, CompileOptions.DEFAULT.withoutPass(pass));
      CompileOptions alone = CompileOptions.DEFAULT;
      for (String other : optional()) {
        alone = other.equals(pass) ? alone : alone.withoutPass(other);
      }
      variations.put(pass + " alone", alone);
    }
    variations.put("no pass", none);
    variations.put(
        "integer sums", CompileOptions.DEFAULT.withPassConfig("quantised_products.sums", "int32"));
    variations.put(
        "small groups", CompileOptions.DEFAULT.withPassConfig("fuse_operators.max_operators", "2"));
    variations.put(
        "little folding",
        CompileOptions.DEFAULT.withPassConfig("fold_constants.max_elements", "1"));
    return variations;
  }

  private static List<String> differences(
      ImportedModel model, String device, SampleModels.Sample sample, List<String> wanted) {
    List<String> wrong = new ArrayList<>();
    Map<String, Tensor> expected;
    try (Model reference = model.compile("interpreter", CompileOptions.DEFAULT.withOptLevel(0))) {
      expected = reference.run(sample.inputs());
    }
    variations()
        .forEach(
            (name, options) -> {
              if (!wanted.isEmpty() && !wanted.contains(name)) {
                return;
              }
              try (Model varied = model.compile(device, options)) {
                varied
                    .run(sample.inputs())
                    .forEach(
                        (output, tensor) -> {
                          TensorComparison comparison =
                              OutputCheck.compare(
                                  tensor, Objects.requireNonNull(expected.get(output)));
                          if (!comparison.agrees()) {
                            wrong.add(name + ", " + output + ": " + comparison.report());
                          }
                        });
              }
            });
    return wrong;
  }

  @ParameterizedTest
  @MethodSource("smallModels")
  void onTheInterpreter(String name) {
    SampleModels.Sample sample = Objects.requireNonNull(SampleModels.all().get(name));
    ImportedModel model = Weft.of(OnnxImporter.load(sample.bytes(), name), name);
    assertThat(differences(model, "interpreter", sample, List.of())).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("models")
  void asKernels(String name) {
    SampleModels.Sample sample = Objects.requireNonNull(SampleModels.all().get(name));
    ImportedModel model = Weft.of(OnnxImporter.load(sample.bytes(), name), name);
    assertThat(
            differences(
                model,
                "jvm",
                sample,
                List.of("level 0", "level 3", "without fuse_operators", "fuse_operators alone")))
        .isEmpty();
  }

  @Test
  void everyOptionalPassIsVaried() {
    assertThat(optional())
        .contains("fuse_operators", "simplify", "fold_constants", "remove_dead_code");
  }
}
