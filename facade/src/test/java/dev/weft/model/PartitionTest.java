package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.ImportedModel;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.compiler.Compilation;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.CompileTrace;
import dev.weft.compiler.OutputCheck;
import dev.weft.frontend.onnx.OnnxImporter;
import dev.weft.graph.Graph;
import dev.weft.graph.partition.BlasLibrary;
import dev.weft.runtime.exec.ExecutionProfile;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.ExternalLibraries;
import dev.weft.runtime.plan.Receipt;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Parts of models that OpenBLAS carries out. */
class PartitionTest {
  private static final CompileOptions WITH =
      CompileOptions.DEFAULT.withLibrary(BlasLibrary.OPENBLAS);

  private static Tensor random(DType dtype, long... shape) {
    Random random = new Random(7);
    Tensor tensor = Tensor.allocate(dtype, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, random.nextDouble() * 2 - 1);
    }
    return tensor;
  }

  private static ImportedModel model(OnnxWriter writer) {
    return Weft.of(OnnxImporter.load(writer.bytes(), "test.onnx"), "test.onnx");
  }

  private static OnnxWriter perceptron() {
    return OnnxWriter.opset(17)
        .input("x", DType.FLOAT32, "n", 12)
        .initializer("w", random(DType.FLOAT32, 12, 7))
        .initializer("b", random(DType.FLOAT32, 7))
        .node("MatMul", "x w", "product")
        .node("Add", "b product", "sum")
        .node("Relu", "sum", "y")
        .output("y");
  }

  /** Runs with and without the library; gives the receipt with it. */
  private static Receipt same(OnnxWriter writer, Map<String, Tensor> inputs) {
    ImportedModel model = model(writer);
    try (Model with = model.compile("jvm", WITH);
        Model without = model.compile("jvm")) {
      Map<String, Tensor> expected = without.run(inputs);
      Map<String, Tensor> actual = with.run(inputs);
      expected.forEach(
          (name, tensor) ->
              assertThat(
                      OutputCheck.compare(Objects.requireNonNull(actual.get(name)), tensor)
                          .agrees())
                  .as(name)
                  .isTrue());
      return with.receipt();
    }
  }

  private static List<String> where(Receipt receipt) {
    return receipt.entries().stream().map(entry -> entry.where() + " " + entry.what()).toList();
  }

  @Test
  void aPerceptronIsTheSameAndItsReceiptShowsWhatRanWhere() {
    for (int n : new int[] {1, 5}) {
      Receipt receipt = same(perceptron(), Map.of("x", random(DType.FLOAT32, n, 12)));
      assertThat(where(receipt)).containsExactly("openblas openblas.matmul", "jvm relu");
    }
    ExecutionProfile profile = new ExecutionProfile();
    try (Model model = model(perceptron()).compile("jvm", WITH)) {
      model.run(Map.of("x", random(DType.FLOAT32, 2, 12)), profile);
    }
    assertThat(profile.entries())
        .filteredOn(entry -> entry.kind() == ExecutionProfile.Kind.EXTERNAL)
        .extracting(ExecutionProfile.Entry::name)
        .containsExactly("openblas.matmul");
  }

  @Test
  void theCompositeFunctionHoldsProductAndBias() {
    List<String> dumps = new ArrayList<>();
    CompileTrace trace =
        new CompileTrace() {
          @Override
          public void graph(int number, String pass, Graph after) {
            if (pass.equals("partition_for_libraries")) {
              dumps.add(after.toString());
            }
          }
        };
    Compilation compiled =
        model(perceptron()).compileFor(Target.parse("jvm"), WITH.withTrace(trace));
    assertThat(dumps).hasSize(1);
    assertThat(dumps.get(0))
        .contains(
            "@Composite(\"openblas.matmul_bias\")",
            "def openblas_matmul_bias(",
            "matmul(p0, p1",
            "call(openblas_matmul_bias, (x, ");
    assertThat(compiled.graph().functions()).containsOnlyKeys(Graph.MAIN);
  }

  @Test
  void everyFormOfAProductIsTheSame() {
    // Transposed operands, by way of Gemm; alpha and beta stay outside.
    OnnxWriter gemm =
        OnnxWriter.opset(17)
            .input("a", DType.FLOAT64, 4, 3)
            .input("b", DType.FLOAT64, 5, 4)
            .input("c", DType.FLOAT64, 1, 5)
            .node(
                "Gemm",
                "a b c",
                "y",
                OnnxWriter.integer("transA", 1),
                OnnxWriter.integer("transB", 1),
                OnnxWriter.number("alpha", 0.5f))
            .output("y", DType.FLOAT64);
    assertThat(
            where(
                same(
                    gemm,
                    Map.of(
                        "a", random(DType.FLOAT64, 4, 3),
                        "b", random(DType.FLOAT64, 5, 4),
                        "c", random(DType.FLOAT64, 1, 5)))))
        .contains("openblas openblas.matmul");
    // Batches on both sides, and leading dimensions on the left only.
    OnnxWriter batches =
        OnnxWriter.opset(17)
            .input("a", DType.FLOAT32, 2, 4, 3)
            .input("b", DType.FLOAT32, 2, 3, 5)
            .initializer("w", random(DType.FLOAT32, 5, 6))
            .node("MatMul", "a b", "p")
            .node("MatMul", "p w", "y")
            .output("y");
    Receipt both =
        same(
            batches,
            Map.of("a", random(DType.FLOAT32, 2, 4, 3), "b", random(DType.FLOAT32, 2, 3, 5)));
    assertThat(both.entries()).hasSize(1).allMatch(entry -> entry.calls() == 2);
    // A value that is given another shape on the way is handed over in that shape.
    OnnxWriter square =
        OnnxWriter.opset(17)
            .input("x", DType.FLOAT32, 2, 3, 4)
            .longs("shape", 6, 4)
            .initializer("w", random(DType.FLOAT32, 4, 6))
            .node("Neg", "x", "z")
            .node("Reshape", "z shape", "flat")
            .node("MatMul", "flat w", "p")
            .node("MatMul", "p p", "y")
            .output("y");
    assertThat(where(same(square, Map.of("x", random(DType.FLOAT32, 2, 3, 4)))))
        .contains("openblas openblas.matmul");
  }

  @Test
  void whatTheLibraryCantDoStaysWithTheCompiler() {
    // Half precision; a bias for each row; a product that is used twice takes no bias with it.
    OnnxWriter writer =
        OnnxWriter.opset(17)
            .input("h", DType.FLOAT16, 3, 3)
            .input("x", DType.FLOAT32, 3, 3)
            .input("rows", DType.FLOAT32, 3, 1)
            .initializer("b", random(DType.FLOAT32, 3))
            .node("MatMul", "h h", "y0")
            .node("MatMul", "x x", "p")
            .node("Add", "p rows", "y1")
            .node("MatMul", "x p", "q")
            .node("Add", "q b", "s")
            .node("Mul", "q s", "y2")
            .output("y0", DType.FLOAT16)
            .output("y1")
            .output("y2");
    Receipt receipt =
        same(
            writer,
            Map.of(
                "h", random(DType.FLOAT16, 3, 3),
                "x", random(DType.FLOAT32, 3, 3),
                "rows", random(DType.FLOAT32, 3, 1)));
    assertThat(receipt.entries().stream().filter(e -> e.where().equals("openblas")))
        .allMatch(entry -> entry.attributes().getOrDefault("operands", "").length() == 3);
    assertThat(where(receipt)).contains("jvm matmul_0", "openblas openblas.matmul");
  }

  @Test
  void aLibraryThatIsMissingIsToldBeforeAnythingRuns() {
    Compilation compiled = model(perceptron()).compileFor(Target.parse("jvm"), WITH);
    assertThatThrownBy(
            () -> new ExternalLibraries(List.of()).resolve(compiled.plan(), ExternalFunctions.NONE))
        .isInstanceOf(InputException.class)
        .hasMessageContainingAll("'openblas.matmul'", "weft-runtime-openblas");
  }
}
