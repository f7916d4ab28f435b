package dev.weft.graph.partition;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.graph.Binding;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.pattern.Match;
import dev.weft.graph.pattern.Pattern;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A BLAS: products of float32 and float64 matrices, with a bias for each column if there is one.
 * The function {@code NAME.matmul} is told {@code transpose_a} and {@code transpose_b} (0 or 1),
 * and in {@code operands} which of its tensors are A, B and the bias.
 *
 * @param name of the library
 */
public record BlasLibrary(String name) implements Library {
  /** OpenBLAS, on the CPU. */
  public static final BlasLibrary OPENBLAS = new BlasLibrary("openblas");

  private static final Pattern A = Pattern.any();
  private static final Pattern B = Pattern.any();
  private static final Pattern BIAS = Pattern.any();
  private static final Pattern PRODUCT = Pattern.op(MatMul.class, A, B);
  private static final Pattern SUM =
      Pattern.either(
          Pattern.op(Binary.class, BlasLibrary::isAddition, PRODUCT.usedOnce(), BIAS),
          Pattern.op(Binary.class, BlasLibrary::isAddition, BIAS, PRODUCT.usedOnce()));

  private static boolean isAddition(Binary op) {
    return op.function() == BinaryFunction.ADD;
  }

  @Override
  public List<CompositePattern> patterns() {
    return List.of(
        new CompositePattern("matmul_bias", SUM, match -> isProduct(match) && isBias(match)),
        new CompositePattern("matmul", PRODUCT, BlasLibrary::isProduct));
  }

  private static boolean isProduct(Match match) {
    boolean tensors =
        match.get(A).type() instanceof TensorType && match.get(B).type() instanceof TensorType;
    if (!tensors
        || !(match.get(A).type() instanceof TensorType a)
        || !(match.get(B).type() instanceof TensorType b)) {
      return false;
    }
    boolean known = a.dtype().equals(DType.FLOAT32) || a.dtype().equals(DType.FLOAT64);
    MatMul op = match.op(PRODUCT, MatMul.class);
    boolean matrices = a.rank() >= 2 && b.rank() == 2 && (a.rank() == 2 || !op.transposeA());
    boolean batches = a.rank() == 3 && b.rank() == 3 && SizeAlgebra.equal(a.dim(0), b.dim(0));
    return known && (matrices || batches);
  }

  /** One number a column. */
  private static boolean isBias(Match match) {
    if (!(match.get(SUM).type() instanceof TensorType sum)
        || !(match.get(BIAS).type() instanceof TensorType bias)
        || !(match.get(PRODUCT).type() instanceof TensorType product)) {
      return false;
    }
    boolean row = bias.rank() >= 1 && bias.rank() <= product.rank() && sum.rank() == product.rank();
    for (int i = 0; row && i < bias.rank() - 1; i++) {
      row = SizeAlgebra.equal(bias.dim(i), IntExpr.of(1));
    }
    return row && SizeAlgebra.equal(bias.dim(bias.rank() - 1), product.dim(product.rank() - 1));
  }

  @Override
  public ExternalCall generate(String pattern, GraphFunction composite) {
    List<GraphExpr> operands = new ArrayList<>();
    Map<String, String> attributes = new LinkedHashMap<>();
    for (Binding binding : composite.body().bindings()) {
      if (!(binding.value() instanceof GraphExpr.Call call)) {
        throw new IllegalArgumentException("a composite has calls of operators only");
      }
      if (call.op() instanceof MatMul matmul) {
        operands.addAll(call.args());
        attributes.put("transpose_a", matmul.transposeA() ? "1" : "0");
        attributes.put("transpose_b", matmul.transposeB() ? "1" : "0");
      } else {
        call.args().stream().filter(composite.params()::contains).forEach(operands::add);
      }
    }
    attributes.put(
        "operands",
        operands.stream()
            .map(operand -> Integer.toString(composite.params().indexOf(operand)))
            .collect(Collectors.joining(" ")));
    return new ExternalCall(name + ".matmul", attributes);
  }
}
