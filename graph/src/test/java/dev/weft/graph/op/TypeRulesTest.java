package dev.weft.graph.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TypeRulesTest {
  private static final DType F32 = DType.FLOAT32;

  /** {@code f32("n", 3)}: a dimension is a number or an expression. */
  private static TensorType f32(Object... dims) {
    return new TensorType(
        new Shape(Arrays.stream(dims).map(dim -> IntExpr.parse(dim.toString())).toList()), F32);
  }

  private static String infer(Operator op, GraphType... args) {
    return op.infer(List.of(args)).toString();
  }

  @Test
  void binaryOperatorsBroadcast() {
    Operator add = new Binary(BinaryFunction.ADD);
    assertThat(infer(add, f32("n", 1, 3), f32(4, 1))).isEqualTo("float32[n, 4, 3]");
    assertThat(infer(add, f32(), f32("n"))).isEqualTo("float32[n]");
    assertThat(infer(new Binary(BinaryFunction.LESS), f32(2), f32(2))).isEqualTo("bool[2]");
  }

  @Test
  void whatCannotBeBroadcastIsRefused() {
    Operator add = new Binary(BinaryFunction.ADD);
    assertThatThrownBy(() -> infer(add, f32(2), f32(3)))
        .isInstanceOf(TypeException.class)
        .hasMessageContaining("add")
        .hasMessageContaining("[2] and [3] can't be broadcast");
    assertThatThrownBy(() -> infer(add, f32("n"), f32("m")))
        .hasMessageContaining("not known whether n equals m");
    assertThatThrownBy(() -> infer(add, f32(2), TensorType.of(DType.INT32, 2)))
        .hasMessageContaining("one element type");
    assertThatThrownBy(() -> infer(new Binary(BinaryFunction.LOGICAL_AND), f32(2), f32(2)))
        .hasMessageContaining("must be bool");
  }

  @Test
  void convolution() {
    Conv conv = new Conv(Window.of(2, 2, 1, 1), 1);
    assertThat(infer(conv, f32("n", 3, 224, "w"), f32(64, 3, 3, 3), f32(64)))
        .isEqualTo("float32[n, 64, 112, (((w - 1) // 2) + 1)]");
    assertThat(infer(new Conv(Window.unit(1), 2), f32(1, 4, 9), f32(6, 2, 3)))
        .isEqualTo("float32[1, 6, 7]");
    assertThatThrownBy(() -> infer(conv, f32(1, 4, 8, 8), f32(6, 3, 3, 3)))
        .hasMessageContaining("channels");
    assertThatThrownBy(() -> infer(new Conv(Window.unit(2), 1), f32(1, 3, 2, 2), f32(6, 3, 5, 5)))
        .hasMessageContaining("kernel is larger");
  }

  @Test
  void indicesThatReachBeyondAreRefused() {
    TensorType indices = TensorType.of(DType.INT64, 2, 3);
    for (int batch : new int[] {-1, 2, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> infer(new GatherNd(batch), f32(2, 3, 4), indices))
          .isInstanceOf(TypeException.class)
          .hasMessageContaining("batch dimensions");
    }
    assertThatThrownBy(() -> infer(new GatherNd(0), f32(2, 3), indices))
        .isInstanceOf(TypeException.class);
  }

  @Test
  void poolingCountsPartialWindowsOnlyIfTheyBeginInside() {
    Window window = new Window(List.of(2L), List.of(0L), List.of(0L), List.of(1L));
    assertThat(infer(pool(2, window, false), f32(1, 1, 5))).isEqualTo("float32[1, 1, 2]");
    assertThat(infer(pool(2, window, true), f32(1, 1, 5))).isEqualTo("float32[1, 1, 3]");
    Window padded = new Window(List.of(3L), List.of(0L), List.of(2L), List.of(1L));
    // 4 elements and 2 of padding: a third window would begin in the padding.
    assertThat(infer(pool(1, padded, true), f32(1, 1, 4))).isEqualTo("float32[1, 1, 2]");
  }

  private static Pool pool(long kernel, Window window, boolean ceil) {
    return new Pool(Pool.Reduction.MAX, List.of(kernel), window, ceil, false);
  }

  @Test
  void matrixProducts() {
    MatMul matmul = new MatMul();
    assertThat(infer(matmul, f32("n", 784), f32(784, 10))).isEqualTo("float32[n, 10]");
    assertThat(infer(matmul, f32(5, 1, 2, 3), f32(4, 3, 6))).isEqualTo("float32[5, 4, 2, 6]");
    assertThat(infer(matmul, f32(3), f32(3))).isEqualTo("float32[]");
    assertThat(infer(matmul, f32(3), f32(7, 3, 2))).isEqualTo("float32[7, 2]");
    assertThat(infer(matmul, f32(7, 2, 3), f32(3))).isEqualTo("float32[7, 2]");
    assertThat(infer(new MatMul(true, true), f32(3, 2), f32(4, 3))).isEqualTo("float32[2, 4]");
    assertThatThrownBy(() -> infer(matmul, f32(2, 3), f32(4, 5)))
        .hasMessageContaining("inner dimensions");
  }

  @Test
  void reductions() {
    assertThat(infer(new Reduce(Reduction.SUM, List.of(0, 2), false), f32(2, "n", 4)))
        .isEqualTo("float32[n]");
    assertThat(infer(new Reduce(Reduction.MEAN, List.of(1), true), f32(2, 3)))
        .isEqualTo("float32[2, 1]");
    assertThat(infer(new ArgReduce(true, 1, false, false), f32(2, 3))).isEqualTo("int64[2]");
    assertThatThrownBy(() -> infer(new Reduce(Reduction.SUM, List.of(2), true), f32(2, 3)))
        .hasMessageContaining("axis 2");
  }

  @Test
  void reshapesKeepTheNumberOfElements() {
    assertThat(infer(new Reshape(f32("n", 784).shape()), f32("n", 1, 28, 28)))
        .isEqualTo("float32[n, 784]");
    assertThatThrownBy(() -> infer(new Reshape(Shape.of(5)), f32(2, 3)))
        .hasMessageContaining("6 elements");
  }

  @Test
  void movingElements() {
    assertThat(infer(new Transpose(List.of(2, 0, 1)), f32(2, 3, "n")))
        .isEqualTo("float32[n, 2, 3]");
    assertThat(infer(new Concat(1), f32(2, "n"), f32(2, 3), f32(2, "n")))
        .isEqualTo("float32[2, ((n * 2) + 3)]");
    assertThat(infer(new Gather(1), f32(2, 5, 3), TensorType.of(DType.INT64, 7, 8)))
        .isEqualTo("float32[2, 7, 8, 3]");
    assertThat(infer(new Expand(f32(4, "n").shape()), f32(1, 1))).isEqualTo("float32[4, n]");
    assertThatThrownBy(() -> infer(new Concat(0), f32(2, 3), f32(2, 4)))
        .hasMessageContaining("sizes of dimension 1");
  }
}
