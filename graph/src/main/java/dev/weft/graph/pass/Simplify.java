package dev.weft.graph.pass;

import dev.weft.base.IntExpr;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphChildren;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphMutator;
import dev.weft.graph.GraphTypes;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.BatchNorm;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Concat;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.Expand;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Pad;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Slice;
import dev.weft.graph.op.Transpose;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Algebra on operators: what changes nothing goes away, reshapes in a row and transposes in a row
 * become one, a transpose that moves no element becomes a reshape, and a batch norm of a
 * convolution goes into the convolution's weights.
 */
public final class Simplify implements GraphPass {
  @Override
  public String name() {
    return "simplify";
  }

  @Override
  public Graph apply(Graph graph) {
    return Functions.map(graph, function -> new Mutator(function).mutate(function));
  }

  private static final class Mutator extends GraphMutator {
    private final IdentityHashMap<GraphVar, Integer> uses = new IdentityHashMap<>();

    Mutator(GraphFunction function) {
      GraphChildren.forEachOperand(
          function.body(),
          operand -> {
            if (operand instanceof GraphVar variable) {
              uses.merge(variable, 1, Integer::sum);
            }
          });
    }

    @Override
    protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
      if (!(value instanceof GraphExpr.Call(Operator op, List<GraphExpr> args, var type))) {
        return value;
      }
      if (args.isEmpty()) {
        return value;
      }
      GraphExpr first = args.get(0);
      boolean same = GraphTypes.equal(first.type(), type);
      return switch (op) {
        case Reshape reshape -> same ? first : reshape(reshape, first, value);
        case Transpose transpose -> transpose(transpose, first, value);
        case Cast cast when same -> first;
        case Expand expand when same -> first;
        // Slices and pads that keep the shape may still move elements.
        case Slice slice when same && isWhole(slice) -> first;
        case Pad pad when same && isNothing(pad) -> first;
        case Concat concat when args.size() == 1 -> first;
        case BatchNorm norm -> batchNorm(norm, args, value);
        default -> value;
      };
    }

    private GraphExpr reshape(Reshape reshape, GraphExpr operand, GraphExpr value) {
      if (definition(operand) instanceof GraphExpr.Call(Reshape inner, var args, var type)) {
        GraphExpr source = args.get(0);
        TensorType target = ((TensorType) source.type()).withShape(reshape.shape());
        return GraphTypes.equal(source.type(), target)
            ? source
            : GraphExpr.Call.of(reshape, List.of(source));
      }
      return value;
    }

    private GraphExpr transpose(Transpose transpose, GraphExpr operand, GraphExpr value) {
      GraphExpr source = operand;
      List<Integer> order = transpose.order();
      if (definition(operand) instanceof GraphExpr.Call(Transpose inner, var args, var type)) {
        source = args.get(0);
        order = order.stream().map(inner.order()::get).toList();
      }
      TensorType type = (TensorType) source.type();
      if (order.equals(IntStream.range(0, order.size()).boxed().toList())) {
        return source;
      }
      List<Integer> moving =
          order.stream().filter(axis -> !type.dim(axis).equals(IntExpr.of(1))).toList();
      if (moving.equals(moving.stream().sorted().toList())) {
        return GraphExpr.Call.of(new Reshape(((TensorType) value.type()).shape()), List.of(source));
      }
      return order.equals(transpose.order())
          ? value
          : GraphExpr.Call.of(new Transpose(order), List.of(source));
    }

    private static boolean isWhole(Slice slice) {
      return slice.starts().stream().allMatch(start -> start.equals(IntExpr.of(0)))
          && slice.steps().stream().allMatch(step -> step.equals(IntExpr.of(1)));
    }

    private static boolean isNothing(Pad pad) {
      return pad.before().stream().allMatch(width -> width.equals(IntExpr.of(0)))
          && pad.after().stream().allMatch(width -> width.equals(IntExpr.of(0)));
    }

    private GraphExpr batchNorm(BatchNorm norm, List<GraphExpr> args, GraphExpr value) {
      boolean once = args.get(0) instanceof GraphVar conv && uses.getOrDefault(conv, 0) == 1;
      boolean constant = args.subList(1, 5).stream().allMatch(this::isConstant);
      if (once
          && constant
          && definition(args.get(0)) instanceof GraphExpr.Call(Conv conv, var operands, var type)
          && operands.subList(1, operands.size()).stream().allMatch(this::isConstant)
          && ((TensorType) type).dtype().bits() >= 32) {
        return new FoldBatchNorm(this::emit).into(conv, operands, norm, args);
      }
      return value;
    }

    /** Whether a value depends on constants only. */
    private boolean isConstant(GraphExpr atom) {
      GraphExpr definition = definition(atom);
      return definition instanceof GraphExpr.Constant
          || (definition instanceof GraphExpr.Call call
              && call.args().stream().allMatch(this::isConstant));
    }
  }
}
