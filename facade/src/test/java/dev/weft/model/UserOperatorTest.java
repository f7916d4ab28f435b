package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.ImportedModel;
import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.compiler.CompileOptions;
import dev.weft.frontend.CustomOperators;
import dev.weft.frontend.ImportException;
import dev.weft.frontend.UnsupportedOperatorsException;
import dev.weft.frontend.onnx.OnnxImporter;
import dev.weft.graph.TensorType;
import dev.weft.graph.custom.OperatorDefinition;
import dev.weft.runtime.Devices;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.target.Target;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Operators of a custom domain that the application defines. */
class UserOperatorTest {
  private static final String DOMAIN = "com.acme";

  /** {@code x + sin²(a x) / a}, element by element. */
  private static final OperatorDefinition SNAKE =
      OperatorDefinition.expression(
          "snake",
          (operands, attributes) -> operands.get(0),
          (call, attributes) ->
              Te.compute(
                  "snake",
                  call.shape(),
                  i -> {
                    Expr x = call.at(0, i.list());
                    Expr a = Expr.imm(x.dtype(), attributes.number("alpha", 1));
                    Expr sine = Expr.Call.of(x.dtype(), Intrinsic.SIN, Expr.mul(a, x));
                    return Expr.add(x, Expr.div(Expr.mul(sine, sine), a));
                  }));

  /** Sums of so many neighbours in a row. */
  private static final OperatorDefinition WINDOW_SUM =
      OperatorDefinition.expression(
          "window_sum",
          (operands, attributes) -> {
            TensorType x = operands.get(0);
            IntExpr left = x.dim(1).plus(IntExpr.of(1 - attributes.integer("window", 3)));
            return x.withShape(new Shape(List.of(x.dim(0), left)));
          },
          (call, attributes) -> {
            ReduceAxis k = Te.reduceAxis(call.index(attributes.integer("window", 3)), "k");
            return Te.reduce(
                "window_sum",
                call.shape(),
                i -> Te.sum(call.at(0, List.of(i.get(0), Expr.add(i.get(1), k.var()))), k));
          });

  /** Scales each row by its own factor; made of two blocks, with a scalar for an attribute. */
  private static final String SCALE_ROWS =
      """
      @T.prim_func
      def scale_rows(x: T.handle, s: T.handle, y: T.handle, bias: T.float32):
          n = T.int32()
          m = T.int32()
          X = T.match_buffer(x, (n, m))
          S = T.match_buffer(s, (n,))
          Y = T.match_buffer(y, (n, m))
          t = T.alloc_buffer((n, m))
          for i, j in T.grid(n, m):
              with T.block("scaled"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  t[vi, vj] = X[vi, vj] * S[vi]
          for i, j in T.grid(n, m):
              with T.block("shifted"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  Y[vi, vj] = t[vi, vj] + bias
      """;

  /** A running sum: a loop that carries a value is no formula for an element. */
  private static final String RUNNING_SUM =
      """
      @T.prim_func
      def running_sum(x: T.handle, y: T.handle):
          n = T.int32()
          m = T.int32()
          X = T.match_buffer(x, (n, m))
          Y = T.match_buffer(y, (n, m))
          for i in range(n):
              with T.block("row"):
                  vi = T.axis.spatial(n, i)
                  total = T.alloc_buffer((1,), scope="local")
                  total[0] = T.float32(0)
                  for j in range(m):
                      total[0] = total[0] + X[vi, j]
                      Y[vi, j] = total[0]
      """;

  private static final CustomOperators OPERATORS =
      CustomOperators.NONE
          .with(DOMAIN, "Snake", SNAKE)
          .with(DOMAIN, "WindowSum", WINDOW_SUM)
          .with(DOMAIN, "ScaleRows", OperatorDefinition.script("scale_rows", SCALE_ROWS))
          .with(DOMAIN, "RunningSum", OperatorDefinition.script("running_sum", RUNNING_SUM))
          .with(
              DOMAIN,
              "Reverse",
              OperatorDefinition.external("reverse", (x, attributes) -> x.get(0)));

  private static OnnxWriter network() {
    return OnnxWriter.opset(17)
        .domain(DOMAIN, 1)
        .input("x", DType.FLOAT32, "n", 8)
        .input("s", DType.FLOAT32, "n")
        .node("Relu", "x", "a")
        .node(DOMAIN, "Snake", "a", "b", OnnxWriter.number("alpha", 0.5f))
        .node(DOMAIN, "ScaleRows", "b s", "c", OnnxWriter.number("bias", 2))
        .node(DOMAIN, "WindowSum", "c", "d", OnnxWriter.integer("window", 4))
        .node("Abs", "d", "e")
        .node(DOMAIN, "RunningSum", "e", "y")
        .output("y");
  }

  private static float[] expected(float[] x, float[] s, int n) {
    float[] y = new float[n * 5];
    for (int i = 0; i < n; i++) {
      double running = 0;
      for (int j = 0; j < 5; j++) {
        double sum = 0;
        for (int k = j; k < j + 4; k++) {
          double a = Math.max(0, x[i * 8 + k]);
          double sine = Math.sin(0.5 * a);
          sum += (a + sine * sine / 0.5) * s[i] + 2;
        }
        running += Math.abs(sum);
        y[i * 5 + j] = (float) running;
      }
    }
    return y;
  }

  private static float[] ramp(int count, float from, float step) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = from + step * i;
    }
    return values;
  }

  private static ImportedModel model(OnnxWriter writer) {
    return Weft.of(OnnxImporter.load(writer.bytes(), "test.onnx", OPERATORS), "test.onnx");
  }

  static List<String> devices() {
    List<String> names = new ArrayList<>(List.of("interpreter", "jvm", "simt"));
    Devices.installed().list().stream()
        .filter(info -> info.backend().equals("opencl"))
        .findFirst()
        .ifPresent(info -> names.add(info.name()));
    return names;
  }

  @ParameterizedTest
  @MethodSource("devices")
  void runsLikeABuiltInOne(String device) {
    try (Model model = model(network()).compile(device)) {
      for (int n : new int[] {1, 3}) {
        float[] x = ramp(n * 8, -2, 0.37f);
        float[] s = ramp(n, 0.5f, -0.75f);
        float[] want = expected(x, s, n);
        Map<String, Tensor> results =
            model.run(Map.of("x", Tensor.of(x, n, 8), "s", Tensor.of(s, n)));
        Tensor y = Objects.requireNonNull(results.get("y"));
        assertThat(y.shape()).containsExactly(n, 5);
        for (int i = 0; i < want.length; i++) {
          assertThat(y.getDouble(i)).isCloseTo(want[i], within(1e-4 * (1 + Math.abs(want[i]))));
        }
      }
    }
  }

  @Test
  void isFusedWithWhatIsAroundIt() {
    List<String> kernels =
        List.copyOf(
            model(network())
                .compileFor(Target.parse("jvm"), CompileOptions.DEFAULT)
                .graph()
                .primFuncs()
                .functions()
                .keySet());
    // A reduction begins no group, and the running sum is no formula; all else is one kernel.
    assertThat(kernels)
        .containsExactlyInAnyOrder("running_sum", "fused_relu_snake_scale_rows_window_sum", "abs");
  }

  @Test
  void withoutADefinitionItIsListedAsUnsupported() {
    assertThatThrownBy(() -> OnnxImporter.load(network().bytes(), "test.onnx"))
        .isInstanceOfSatisfying(
            UnsupportedOperatorsException.class,
            e ->
                assertThat(e.nodes())
                    .extracting(node -> node.op())
                    .containsExactly(
                        "com.acme.Snake",
                        "com.acme.ScaleRows",
                        "com.acme.WindowSum",
                        "com.acme.RunningSum"));
  }

  @Test
  void aJavaFunctionRunsBetweenKernels() {
    OnnxWriter writer =
        OnnxWriter.opset(17)
            .domain(DOMAIN, 1)
            .input("x", DType.FLOAT32, "n")
            .node("Neg", "x", "a")
            .node(DOMAIN, "Reverse", "a", "b", OnnxWriter.text("mode", "all"))
            .node("Neg", "b", "y")
            .output("y");
    List<String> told = new ArrayList<>();
    ImportedModel model =
        model(writer)
            .with(
                "reverse",
                (inputs, attributes) -> {
                  told.add(attributes.getOrDefault("mode", ""));
                  Tensor x = inputs.get(0);
                  Tensor y = Tensor.allocate(x.dtype(), x.shape());
                  for (long i = 0; i < x.elements(); i++) {
                    y.setDouble(i, x.getDouble(x.elements() - 1 - i));
                  }
                  return List.of(y);
                });
    try (Model compiled = model.compile("jvm")) {
      Tensor y =
          Objects.requireNonNull(
              compiled.run(Map.of("x", Tensor.of(new float[] {1, 2, 3}, 3))).get("y"));
      assertThat(List.of(y.getDouble(0), y.getDouble(1), y.getDouble(2)))
          .containsExactly(3.0, 2.0, 1.0);
    }
    assertThat(told).containsExactly("all");
  }

  @Test
  void operandsThatDontFitAreRefusedByName() {
    OnnxWriter wrong =
        OnnxWriter.opset(17)
            .domain(DOMAIN, 1)
            .input("x", DType.FLOAT32, 4, 8)
            .input("s", DType.FLOAT32, 5)
            .node(DOMAIN, "ScaleRows", "x s", "y", OnnxWriter.number("bias", 2))
            .output("y");
    assertThatThrownBy(() -> model(wrong))
        .isInstanceOf(ImportException.class)
        .hasMessageContainingAll("ScaleRows_0", "'S'", "float32[5]");
  }

  @Test
  void anAttributeThatAScriptNeedsMustBeThere() {
    OnnxWriter wrong =
        OnnxWriter.opset(17)
            .domain(DOMAIN, 1)
            .input("x", DType.FLOAT32, 4, 8)
            .input("s", DType.FLOAT32, 4)
            .node(DOMAIN, "ScaleRows", "x s", "y")
            .output("y");
    assertThatThrownBy(() -> model(wrong))
        .isInstanceOf(ImportException.class)
        .hasMessageContainingAll("ScaleRows_0", "'bias'");
  }

  @Test
  void twoNodesOfOneAttributeAreOneAndOfTwoAreTwo() {
    OnnxWriter writer =
        OnnxWriter.opset(17)
            .domain(DOMAIN, 1)
            .input("x", DType.FLOAT32, 8)
            .node(DOMAIN, "Snake", "x", "a", OnnxWriter.number("alpha", 1))
            .node(DOMAIN, "Snake", "x", "b", OnnxWriter.number("alpha", 1))
            .node(DOMAIN, "Snake", "x", "c", OnnxWriter.number("alpha", 2))
            .output("a")
            .output("b")
            .output("c");
    assertThat(
            model(writer)
                .compileFor(Target.parse("jvm"), CompileOptions.DEFAULT)
                .graph()
                .main()
                .body()
                .bindings())
        .hasSize(2);
  }
}
