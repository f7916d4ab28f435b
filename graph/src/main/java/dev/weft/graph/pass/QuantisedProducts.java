package dev.weft.graph.pass;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphMutator;
import dev.weft.graph.GraphVar;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Reshape;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Products and convolutions of dequantised 8-bit tensors become ones of integers, whose sums are
 * exact, and are scaled afterwards: with {@code a = sa (qa - za)} and {@code b = sb (qb - zb)},
 * {@code a · b} is {@code sa sb ((qa - za) · (qb - zb))}. The scale of the right operand may be one
 * for each column or filter.
 *
 * <p>Runs on demand: the exact sum differs from the float one in its last places, which a following
 * quantisation may turn into another step.
 */
public final class QuantisedProducts implements GraphPass {
  private static final String SUMS = "sums";

  /** So many products of two numbers below 2^8 in magnitude are below 2^31. */
  private static final long MOST_TERMS = 33_000;

  @Override
  public String name() {
    return "quantised_products";
  }

  @Override
  public int level() {
    return 0;
  }

  /** Behind it, dequantised weights are float constants. */
  @Override
  public Set<String> after() {
    return Set.of("canonicalize", "simplify");
  }

  @Override
  public List<PassSetting> settings() {
    return List.of(
        PassSetting.choice(
            SUMS, "what sums of products of 8-bit tensors are built up in", "float", "int32"));
  }

  @Override
  public boolean wanted(PassSettings settings) {
    return settings.choice(SUMS).equals("int32");
  }

  @Override
  public Graph apply(Graph graph) {
    return Functions.map(graph, function -> new Mutator().mutate(function));
  }

  /**
   * A dequantised tensor.
   *
   * @param centred the integers less the zero point, int32
   * @param scale what they are multiplied by
   */
  private record Dequantised(GraphExpr centred, GraphExpr scale) {}

  private static final class Mutator extends GraphMutator {
    @Override
    protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
      if (!(value instanceof GraphExpr.Call(Operator op, List<GraphExpr> args, var type))
          || !(type instanceof TensorType result)
          || !result.dtype().equals(DType.FLOAT32)
          || !isProduct(op, args)) {
        return value;
      }
      Dequantised a = dequantised(args.get(0));
      Dequantised b = dequantised(args.get(1));
      if (a == null || b == null || !isOne(a.scale)) {
        return value;
      }
      GraphExpr scale = outputScale(op, b.scale, result);
      if (scale == null) {
        return value;
      }
      GraphExpr sum = emit("sum", op, a.centred, b.centred);
      GraphExpr scaled =
          multiply(multiply(emit("sum", new Cast(DType.FLOAT32), sum), scalar(a.scale)), scale);
      if (args.size() == 2) {
        return scaled;
      }
      List<IntExpr> dims = new ArrayList<>();
      for (int i = 1; i < result.rank(); i++) {
        dims.add(i == 1 ? result.dim(1) : IntExpr.of(1));
      }
      GraphExpr bias = emit("bias", new Reshape(new Shape(dims)), args.get(2));
      return GraphExpr.Call.of(new Binary(BinaryFunction.ADD), List.of(scaled, bias));
    }

    private static boolean isProduct(Operator op, List<GraphExpr> args) {
      if (!(args.size() >= 2 && args.get(1).type() instanceof TensorType right)) {
        return false;
      }
      IntExpr terms =
          switch (op) {
            case MatMul matmul when right.rank() == 2 -> right.dim(matmul.transposeB() ? 1 : 0);
            case Conv conv -> new Shape(right.shape().dims().subList(1, right.rank())).elements();
            default -> null;
          };
      Long count = terms == null ? null : SizeAlgebra.constant(SizeAlgebra.simplify(terms));
      return count != null && count <= MOST_TERMS;
    }

    private @Nullable Dequantised dequantised(GraphExpr value) {
      if (!(definition(value)
              instanceof GraphExpr.Call(Binary product, List<GraphExpr> factors, var t))
          || product.function() != BinaryFunction.MULTIPLY
          || !(definition(factors.get(0)) instanceof GraphExpr.Call(Cast cast, var inner, var u))
          || !cast.dtype().equals(DType.FLOAT32)) {
        return null;
      }
      GraphExpr centred = inner.get(0);
      GraphExpr wide =
          definition(centred) instanceof GraphExpr.Call(Binary difference, var parts, var v)
                  && difference.function() == BinaryFunction.SUBTRACT
              ? parts.get(0)
              : centred;
      boolean bytes =
          definition(wide) instanceof GraphExpr.Call(Cast widening, var narrow, var w)
              && widening.dtype().equals(DType.INT32)
              && narrow.get(0).type() instanceof TensorType stored
              && stored.dtype().isInt()
              && stored.dtype().bits() == 8;
      boolean zeroPoint = wide.equals(centred) || isByte(centred);
      return bytes && zeroPoint ? new Dequantised(centred, factors.get(1)) : null;
    }

    /** Whether what is subtracted is an 8-bit zero point. */
    private boolean isByte(GraphExpr centred) {
      return definition(centred) instanceof GraphExpr.Call(Binary difference, var parts, var t)
          && definition(parts.get(1)) instanceof GraphExpr.Call(Cast cast, var narrow, var u)
          && narrow.get(0).type() instanceof TensorType stored
          && stored.dtype().isInt()
          && stored.dtype().bits() == 8;
    }

    private static boolean isOne(GraphExpr value) {
      return value.type() instanceof TensorType type
          && SizeAlgebra.equal(type.shape().elements(), IntExpr.of(1));
    }

    /** The right operand's scale in the result's dimensions; null if it has another granularity. */
    private @Nullable GraphExpr outputScale(Operator op, GraphExpr scale, TensorType result) {
      if (isOne(scale)) {
        return scalar(scale);
      }
      if (!(scale.type() instanceof TensorType type)) {
        return null;
      }
      int along = op instanceof Conv ? 0 : type.rank() - 1;
      int target = op instanceof Conv ? 1 : result.rank() - 1;
      if (op instanceof MatMul matmul && matmul.transposeB()) {
        along = 0;
      }
      for (int i = 0; i < type.rank(); i++) {
        boolean fits =
            SizeAlgebra.equal(type.dim(i), i == along ? result.dim(target) : IntExpr.of(1));
        if (!fits) {
          return null;
        }
      }
      List<IntExpr> dims = new ArrayList<>();
      for (int i = target; i < result.rank(); i++) {
        dims.add(i == target ? result.dim(target) : IntExpr.of(1));
      }
      return emit("scale", new Reshape(new Shape(dims)), scale);
    }

    private GraphExpr scalar(GraphExpr one) {
      return emit("scale", new Reshape(Shape.of()), one);
    }

    private GraphExpr multiply(GraphExpr a, GraphExpr b) {
      return emit("scaled", new Binary(BinaryFunction.MULTIPLY), a, b);
    }
  }
}
