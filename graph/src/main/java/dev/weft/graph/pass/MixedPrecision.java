package dev.weft.graph.pass;

import dev.weft.base.DType;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphMutator;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.ConvTranspose;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Slice;
import dev.weft.graph.op.Transpose;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Products and convolutions of float32 read and give float16 or bfloat16, and build their sums up
 * in float32: {@code matmul(x, w)} becomes {@code cast_f32(matmul(cast_f16(x), cast_f16(w)))}. What
 * only moves elements, or keeps or drops them, follows its operand, so that the conversions in
 * between go away; everything else stays float32. Model inputs and outputs keep their types.
 *
 * <p>Runs on demand, since results change by more than the contract of numbers allows: by the
 * narrow type's rounding of each operand and result, and a float16 has no values beyond 65504.
 */
public final class MixedPrecision implements GraphPass {
  private static final String OFF = "off";
  private static final String DTYPE = "dtype";

  private final DType narrow;

  /** A pass that runs on demand, with float16 unless told otherwise. */
  public MixedPrecision() {
    this(DType.FLOAT16);
  }

  private MixedPrecision(DType narrow) {
    this.narrow = narrow;
  }

  @Override
  public String name() {
    return "mixed_precision";
  }

  @Override
  public int level() {
    return 0;
  }

  @Override
  public Set<String> after() {
    return Set.of("canonicalize", "simplify");
  }

  @Override
  public List<PassSetting> settings() {
    return List.of(
        PassSetting.choice(
            DTYPE, "what products and convolutions read and give", OFF, "f16", "bf16"));
  }

  @Override
  public boolean wanted(PassSettings settings) {
    return !settings.choice(DTYPE).equals(OFF);
  }

  @Override
  public GraphPass with(PassSettings settings) {
    return new MixedPrecision(
        settings.choice(DTYPE).equals("bf16") ? DType.BFLOAT16 : DType.FLOAT16);
  }

  @Override
  public Graph apply(Graph graph) {
    return Functions.map(graph, function -> new Mutator().mutate(function));
  }

  private static boolean isProduct(Operator op) {
    return op instanceof MatMul || op instanceof Conv || op instanceof ConvTranspose;
  }

  /** Operators of one operand whose result's elements are some of the operand's, or 0. */
  private static boolean follows(Operator op) {
    return op instanceof Reshape
        || op instanceof Transpose
        || op instanceof Slice
        || (op instanceof Unary(UnaryFunction function) && function == UnaryFunction.RELU);
  }

  private final class Mutator extends GraphMutator {
    /** Values that are conversions of narrow ones. */
    private final IdentityHashMap<GraphVar, GraphExpr> narrowed = new IdentityHashMap<>();

    /** Conversions that were made, so that none is made twice in a block. */
    private final IdentityHashMap<Object, GraphExpr> converted = new IdentityHashMap<>();

    @Override
    protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
      if (!(value instanceof GraphExpr.Call(Operator op, List<GraphExpr> args, var type))
          || !(type instanceof TensorType result)
          || !result.dtype().equals(DType.FLOAT32)) {
        return value;
      }
      List<GraphExpr> operands = new ArrayList<>();
      if (isProduct(op)) {
        args.forEach(arg -> operands.add(narrow(arg)));
      } else {
        GraphExpr known = follows(op) ? known(args.get(0)) : null;
        if (known == null) {
          return value;
        }
        operands.add(known);
      }
      GraphExpr small = emit(variable.name(), GraphExpr.Call.of(op, operands));
      narrowed.put(variable, small);
      return GraphExpr.Call.of(new Cast(DType.FLOAT32), List.of(small));
    }

    private @Nullable GraphExpr known(GraphExpr arg) {
      return arg instanceof GraphVar variable ? narrowed.get(variable) : null;
    }

    private GraphExpr narrow(GraphExpr arg) {
      GraphExpr known = known(arg);
      if (known != null) {
        return known;
      }
      Object key = arg instanceof GraphExpr.Constant constant ? constant.value() : arg;
      // What is converted within a branch is not known behind it.
      GraphExpr before = depth() == 0 ? converted.get(key) : null;
      if (before != null) {
        return before;
      }
      GraphExpr cast = emit("narrow", new Cast(narrow), arg);
      if (depth() == 0) {
        converted.put(key, cast);
      }
      return cast;
    }
  }
}
