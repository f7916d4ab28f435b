package dev.weft.tir.te;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The functions made of tensor expressions are those that TVM 0.18 makes of the same expressions
 * ({@code te.create_prim_func}), blocks' names included; what it printed is in the resources.
 */
class TeStructureTest {
  private static final Map<String, Supplier<PrimFunc>> PROGRAMS = new LinkedHashMap<>();

  static {
    PROGRAMS.put("matmul_relu", () -> matmulRelu(false));
    PROGRAMS.put("matmul_relu_given", () -> matmulRelu(true));
    PROGRAMS.put("row_sums_of_any_length", TeStructureTest::rowSums);
    PROGRAMS.put("twice_of_any_length", TeStructureTest::twice);
    PROGRAMS.put("two_axes", TeStructureTest::twoAxes);
    PROGRAMS.put("sum_and_product", () -> sumAndProduct(true));
    PROGRAMS.put("only_the_product", () -> sumAndProduct(false));
    PROGRAMS.put("two_outputs", TeStructureTest::twoOutputs);
    PROGRAMS.put("three_of_one_name", TeStructureTest::threeOfOneName);
    PROGRAMS.put("a_scalar", TeStructureTest::scalar);
    PROGRAMS.put("sum_to_a_scalar", TeStructureTest::sumToScalar);
    PROGRAMS.put("constants", TeStructureTest::constants);
    PROGRAMS.put("stencil_with_border", TeStructureTest::stencil);
    PROGRAMS.put("layout_free_weights", TeStructureTest::layoutFree);
    PROGRAMS.put("a_diamond", TeStructureTest::diamond);
    PROGRAMS.put("gather", TeStructureTest::gather);
    PROGRAMS.put("convolution", TeStructureTest::convolution);
  }

  static Stream<String> programs() {
    return PROGRAMS.keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("programs")
  void isTheFunctionThatTvmMakes(String name) throws IOException {
    PrimFunc made = Objects.requireNonNull(PROGRAMS.get(name)).get();
    PrimFunc expected;
    try (InputStream in = TeStructureTest.class.getResourceAsStream("/te/" + name + ".py")) {
      byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
      String text = new String(bytes, StandardCharsets.UTF_8);
      expected = TvmScript.parseFunction(text, name + ".py");
    }
    assertThat(StructuralEqual.check(expected, made)).as(TvmScript.print(made)).isEmpty();
    assertThat(blockNames(made)).isEqualTo(blockNames(expected));
  }

  private static List<String> blockNames(PrimFunc function) {
    List<String> names = new ArrayList<>();
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Block block) {
          names.add(block.name());
        }
        super.stmt(node);
      }
    }.stmt(function.body());
    return names;
  }

  private static Tensor tensor(String name, long... shape) {
    return Te.placeholder(name, DType.FLOAT32, shape);
  }

  private static PrimFunc matmulRelu(boolean given) {
    Tensor a = tensor("A", 16, 24);
    Tensor b = tensor("B", 24, 8);
    ReduceAxis k = Te.reduceAxis(24, "k");
    Tensor c =
        Te.reduce(
            "C",
            Expr.int32s(16, 8),
            i -> Te.sum(Expr.mul(a.at(i.get(0), k.var()), b.at(k.var(), i.get(1))), k));
    Tensor d = Te.compute("D", c.shape(), i -> Expr.max(c.at(i), Expr.float32(0)));
    return given ? Te.primFunc("main", a, b, c, d) : Te.primFunc("main", a, b, d);
  }

  private static PrimFunc rowSums() {
    Var n = Var.int32("n");
    Tensor x = Te.placeholder("X", DType.FLOAT32, List.of(n, Expr.int32(32)));
    ReduceAxis k = Te.reduceAxis(32, "k");
    return Te.primFunc(
        "main", x, Te.reduce("S", List.of(n), i -> Te.sum(x.at(i.get(0), k.var()), k)));
  }

  private static PrimFunc twice() {
    Var n = Var.of("n", DType.INT64);
    Tensor x = Te.placeholder("X", DType.FLOAT16, List.of(n, Expr.imm(DType.INT64, 4)));
    return Te.primFunc("main", x, Te.compute("Y", x.shape(), i -> Expr.add(x.at(i), x.at(i))));
  }

  private static PrimFunc twoAxes() {
    Tensor x = tensor("X", 8, 6, 10);
    ReduceAxis k = Te.reduceAxis(6, "k");
    ReduceAxis l = Te.reduceAxis(new dev.weft.tir.Range(Expr.int32(2), Expr.int32(7)), "l");
    return Te.primFunc(
        "main",
        x,
        Te.reduce("S", Expr.int32s(8), i -> Te.sum(x.at(i.get(0), k.var(), l.var()), k, l)));
  }

  private static PrimFunc sumAndProduct(boolean both) {
    Tensor v = tensor("V", 8, 16);
    Tensor w = Te.placeholder("W", DType.INT32, 8, 16);
    ReduceAxis k = Te.reduceAxis(16, "k");
    Reducer reducer =
        new Reducer(
            dtypes -> List.of(Expr.imm(dtypes.get(0), 0), Expr.imm(dtypes.get(1), 1)),
            (p, q) -> List.of(Expr.add(p.get(0), q.get(0)), Expr.mul(p.get(1), q.get(1))));
    List<Tensor> outputs =
        Te.reduceAll(
            "SP",
            Expr.int32s(8),
            i ->
                Te.reduction(
                    reducer,
                    List.of(v.at(i.get(0), k.var()), w.at(i.get(0), k.var())),
                    List.of(k)));
    return both
        ? Te.primFunc("main", v, w, outputs.get(0), outputs.get(1))
        : Te.primFunc("main", v, w, outputs.get(1));
  }

  private static PrimFunc twoOutputs() {
    Tensor x = tensor("X", 8, 16);
    List<Tensor> outputs =
        Te.computeAll(
            "T",
            x.shape(),
            List.of(),
            Map.of(),
            i -> List.of(Expr.add(x.at(i), Expr.float32(1)), Expr.mul(x.at(i), Expr.float32(2))));
    return Te.primFunc("main", x, outputs.get(0), outputs.get(1));
  }

  private static PrimFunc threeOfOneName() {
    Tensor x = tensor("X", 8);
    Tensor t = Te.compute("T", x.shape(), i -> Expr.add(x.at(i), Expr.float32(1)));
    Tensor u = Te.compute("T", x.shape(), i -> Expr.mul(t.at(i), Expr.float32(2)));
    Tensor v = Te.compute("T", x.shape(), i -> Expr.sub(u.at(i), Expr.float32(3)));
    return Te.primFunc("main", x, v);
  }

  private static PrimFunc scalar() {
    Tensor x = tensor("X");
    return Te.primFunc(
        "main", x, Te.compute("Y", List.of(), i -> Expr.mul(x.at(), Expr.float32(2))));
  }

  private static PrimFunc sumToScalar() {
    Tensor x = tensor("X", 8);
    ReduceAxis k = Te.reduceAxis(8, "k");
    return Te.primFunc("main", x, Te.reduce("Y", List.of(), i -> Te.sum(x.at(k.var()), k)));
  }

  private static PrimFunc constants() {
    return Te.primFunc("main", Te.compute("Y", Expr.int32s(4), i -> Expr.int32(7)));
  }

  private static PrimFunc stencil() {
    Tensor x = tensor("X", 10);
    return Te.primFunc(
        "main",
        x,
        Te.compute(
            "Y",
            x.shape(),
            axes -> {
              Var i = axes.get(0);
              Expr inside = Expr.and(Expr.le(Expr.int32(1), i), Expr.lt(i, Expr.int32(9)));
              Expr sum = Expr.add(x.at(Expr.sub(i, 1)), x.at(Expr.add(i, 1)));
              return Expr.Call.of(DType.FLOAT32, Intrinsic.IF_THEN_ELSE, inside, sum, x.at(i));
            }));
  }

  private static PrimFunc layoutFree() {
    Tensor x = tensor("X", 8, 8);
    Tensor w = tensor("W", 8, 8);
    ReduceAxis k = Te.reduceAxis(8, "k");
    Map<String, AttrValue> annotations = new LinkedHashMap<>();
    annotations.put(Te.LAYOUT_FREE_PLACEHOLDERS, new AttrValue.Items(List.of(w.buffer())));
    annotations.put("schedule_rule", new Expr.StringImm("None"));
    return Te.primFunc(
        "main",
        x,
        w,
        Te.reduce(
            "Y",
            Expr.int32s(8, 8),
            List.of(),
            annotations,
            i -> Te.sum(Expr.mul(x.at(i.get(0), k.var()), w.at(k.var(), i.get(1))), k)));
  }

  private static PrimFunc diamond() {
    Tensor x = tensor("X", 4, 4);
    Tensor y = Te.compute("Y", x.shape(), i -> x.at(i.get(1), i.get(0)));
    Tensor z = Te.compute("Z", x.shape(), i -> Expr.add(y.at(i), x.at(i)));
    return Te.primFunc("main", x, Te.compute("Q", x.shape(), i -> Expr.mul(z.at(i), y.at(i))));
  }

  private static PrimFunc gather() {
    Tensor x = Te.placeholder("X", DType.INT64, 6);
    Tensor index = Te.placeholder("I", DType.INT32, 3);
    return Te.primFunc(
        "main", x, index, Te.compute("Y", Expr.int32s(3), i -> x.at(index.at(i.get(0)))));
  }

  private static PrimFunc convolution() {
    Tensor x = tensor("X", 1, 3, 8, 8);
    Tensor w = tensor("W", 4, 3, 3, 3);
    Tensor pad =
        Te.compute(
            "pad",
            Expr.int32s(1, 3, 10, 10),
            i -> {
              Expr rows =
                  Expr.and(Expr.le(Expr.int32(1), i.get(2)), Expr.lt(i.get(2), Expr.int32(9)));
              Expr columns =
                  Expr.and(
                      Expr.and(rows, Expr.le(Expr.int32(1), i.get(3))),
                      Expr.lt(i.get(3), Expr.int32(9)));
              Expr value = x.at(i.get(0), i.get(1), Expr.sub(i.get(2), 1), Expr.sub(i.get(3), 1));
              return Expr.Call.of(
                  DType.FLOAT32, Intrinsic.IF_THEN_ELSE, columns, value, Expr.float32(0));
            });
    ReduceAxis c = Te.reduceAxis(3, "rc");
    ReduceAxis h = Te.reduceAxis(3, "rh");
    ReduceAxis v = Te.reduceAxis(3, "rw");
    return Te.primFunc(
        "main",
        x,
        w,
        Te.reduce(
            "conv",
            Expr.int32s(1, 4, 8, 8),
            i ->
                Te.sum(
                    Expr.mul(
                        pad.at(
                            i.get(0),
                            c.var(),
                            Expr.add(i.get(2), h.var()),
                            Expr.add(i.get(3), v.var())),
                        w.at(i.get(1), c.var(), h.var(), v.var())),
                    c,
                    h,
                    v)));
  }
}
