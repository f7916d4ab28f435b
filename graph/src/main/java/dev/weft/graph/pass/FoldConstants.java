package dev.weft.graph.pass;

import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphMutator;
import dev.weft.graph.GraphVar;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Expand;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Reshape;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Works out calls of operators whose operands are all constants, by running the operator's TensorIR
 * function. What would have more elements than its operands, and more than {@value #LARGEST}, is
 * left alone: a file may give a model's weights in few bytes, but not more of them than memory has
 * room for.
 */
public final class FoldConstants implements GraphPass {
  private static final String MOST = "max_elements";
  private static final long LARGEST = 1 << 27;

  private final ConstantEvaluator evaluator;
  private final long most;

  /**
   * @param evaluator runs the functions
   */
  public FoldConstants(ConstantEvaluator evaluator) {
    this(evaluator, LARGEST);
  }

  private FoldConstants(ConstantEvaluator evaluator, long most) {
    this.evaluator = evaluator;
    this.most = most;
  }

  @Override
  public Set<String> after() {
    return Set.of("canonicalize", "simplify");
  }

  @Override
  public List<PassSetting> settings() {
    return List.of(
        PassSetting.count(MOST, "what is larger than this and its operands isn't kept", LARGEST));
  }

  @Override
  public GraphPass with(PassSettings settings) {
    return new FoldConstants(evaluator, settings.count(MOST));
  }

  @Override
  public String name() {
    return "fold_constants";
  }

  /**
   * The result of one operator on known operands; null if it depends on symbolic sizes, or is a
   * tuple.
   *
   * @param operands of the call, in order
   */
  public static @Nullable Tensor evaluate(
      GraphExpr.Call call, List<Tensor> operands, ConstantEvaluator evaluator) {
    if (!(call.type() instanceof TensorType type) || !type.shape().isStatic()) {
      return null;
    }
    if (call.op() instanceof Reshape) {
      return operands.get(0).reshaped(type.shape().toLongs());
    }
    if (call.op() instanceof Expand && operands.get(0).elements() == 1) {
      return filled(operands.get(0), type);
    }
    LoweredFunction lowered = LoweredFunction.of(call, "constant");
    return lowered.sizes().isEmpty()
        ? evaluator.evaluate(lowered.function(), operands, List.of(type)).get(0)
        : null;
  }

  /** One element as often as a tensor has room for it; no arithmetic, so no function either. */
  private static Tensor filled(Tensor element, TensorType type) {
    Tensor result = Tensor.allocate(type.dtype(), type.shape().toLongs());
    long bytes = result.bytes();
    long done = Math.min(bytes, element.bytes());
    MemorySegment data = result.data();
    MemorySegment.copy(element.data(), 0, data, 0, done);
    while (done > 0 && done < bytes) {
      long next = Math.min(done, bytes - done);
      MemorySegment.copy(data, 0, data, done, next);
      done += next;
    }
    return result;
  }

  @Override
  public Graph apply(Graph graph) {
    return Functions.map(graph, function -> new Mutator().mutate(function));
  }

  private final class Mutator extends GraphMutator {
    @Override
    protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
      boolean constant =
          value instanceof GraphExpr.Call(Operator op, var args, var type)
              && args.stream().allMatch(GraphExpr.Constant.class::isInstance);
      if (!constant || !(value instanceof GraphExpr.Call call)) {
        return value;
      }
      if (!(call.type() instanceof TensorType type) || !isWorthwhile(call, type)) {
        return value;
      }
      List<Tensor> operands =
          call.args().stream()
              .filter(GraphExpr.Constant.class::isInstance)
              .map(arg -> ((GraphExpr.Constant) arg).value())
              .toList();
      Tensor result = evaluate(call, operands, evaluator);
      return result == null ? value : new GraphExpr.Constant(variable.name(), result);
    }
  }

  private boolean isWorthwhile(GraphExpr.Call call, TensorType type) {
    if (!type.shape().isStatic()) {
      return false;
    }
    long largest = most;
    for (GraphExpr arg : call.args()) {
      if (arg instanceof GraphExpr.Constant constant) {
        largest = Math.max(largest, constant.value().elements());
      }
    }
    return SizeAlgebra.simplify(type.shape().elements()) instanceof IntExpr.Const(long elements)
        && elements <= largest;
  }
}
