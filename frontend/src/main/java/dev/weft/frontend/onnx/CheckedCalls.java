package dev.weft.frontend.onnx;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.TensorType;
import dev.weft.graph.UnprovenSizesException;
import dev.weft.graph.op.Expand;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Reshape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls of operators on operands whose sizes are known only at run time: where the type rule can't
 * tell whether two sizes fit together, the run checks it, and the operand is given the type that
 * the operator takes (by a Reshape, which moves nothing, or an Expand).
 */
final class CheckedCalls {
  /** More adjustments than operands have dimensions are a mistake. */
  private static final int MOST_ADJUSTMENTS = 64;

  /** Two sizes that are broadcast together. */
  record Pair(IntExpr a, IntExpr b) {}

  private final BlockBuilder builder;
  private final KnownSizes known;
  private final Map<Pair, IntExpr> broadcasts = new HashMap<>();

  CheckedCalls(BlockBuilder builder, KnownSizes known) {
    this.builder = builder;
    this.known = known;
  }

  /** What was bound at a point of the import. */
  record Snapshot(Map<Pair, IntExpr> broadcasts) {}

  Snapshot snapshot() {
    return new Snapshot(new HashMap<>(broadcasts));
  }

  void restore(Snapshot before) {
    broadcasts.clear();
    broadcasts.putAll(before.broadcasts());
  }

  /**
   * A call, typed by the operator's rule.
   *
   * @param where the node, for errors at run time
   */
  GraphExpr.Call call(String where, Operator op, List<GraphExpr> args) {
    if (op instanceof Reshape(Shape shape) && args.get(0).type() instanceof TensorType x) {
      sameElements(where, x, shape);
    }
    List<GraphExpr> operands = args;
    for (int i = 0; ; i++) {
      try {
        return GraphExpr.Call.of(op, operands);
      } catch (UnprovenSizesException e) {
        List<GraphExpr> adjusted =
            e.isBroadcast() ? broadcast(where, e, operands) : equal(where, e, operands);
        if (adjusted.equals(operands) || i == MOST_ADJUSTMENTS) {
          throw e;
        }
        operands = adjusted;
      }
    }
  }

  /** A reshape may not change the number of elements. */
  private void sameElements(String where, TensorType x, Shape shape) {
    IntExpr have = x.shape().elements();
    IntExpr want = shape.elements();
    if (!SizeAlgebra.equal(have, want)) {
      check(
          where,
          SizeLogic.equal(have, want),
          "a tensor of " + x.shape() + " can't be reshaped to " + shape);
    }
  }

  /** The two sizes become one in all operands' types. */
  private List<GraphExpr> equal(String where, UnprovenSizesException e, List<GraphExpr> operands) {
    check(where, SizeLogic.equal(e.a(), e.b()), e.what());
    boolean second = SizeAlgebra.constant(e.b()) != null;
    IntExpr from = second ? e.a() : e.b();
    IntExpr to = second ? e.b() : e.a();
    List<GraphExpr> adjusted = new ArrayList<>();
    for (GraphExpr operand : operands) {
      TensorType type = (TensorType) operand.type();
      List<IntExpr> dims = new ArrayList<>();
      for (IntExpr dim : type.shape().dims()) {
        dims.add(SizeAlgebra.equal(dim, from) ? to : dim);
      }
      boolean changes = !dims.equals(type.shape().dims());
      adjusted.add(changes ? emit(new Reshape(new Shape(dims)), operand) : operand);
    }
    return adjusted;
  }

  /**
   * Operands that have one of the two sizes in this dimension are stretched to what both become.
   */
  private List<GraphExpr> broadcast(
      String where, UnprovenSizesException e, List<GraphExpr> operands) {
    IntExpr size = broadcast(where, e.a(), e.b(), e.what());
    List<GraphExpr> adjusted = new ArrayList<>();
    for (GraphExpr operand : operands) {
      TensorType type = (TensorType) operand.type();
      int axis = type.rank() - 1 - e.dimensionFromEnd();
      boolean concerned =
          axis >= 0
              && !SizeAlgebra.equal(type.dim(axis), size)
              && (SizeAlgebra.equal(type.dim(axis), e.a())
                  || SizeAlgebra.equal(type.dim(axis), e.b()));
      if (!concerned) {
        adjusted.add(operand);
        continue;
      }
      List<IntExpr> dims = new ArrayList<>(type.shape().dims());
      dims.set(axis, size);
      adjusted.add(emit(new Expand(new Shape(dims)), operand));
    }
    return adjusted;
  }

  /** The size that two sizes are broadcast to, which is checked. */
  private IntExpr broadcast(String where, IntExpr a, IntExpr b, String otherwise) {
    return broadcasts.computeIfAbsent(
        new Pair(a, b),
        pair -> {
          // What is neither 1 nor unknown is what the other one must become.
          Long x = SizeAlgebra.constant(a);
          Long y = SizeAlgebra.constant(b);
          check(where, SizeLogic.broadcastable(a, b), otherwise);
          if (x != null && x != 1) {
            return a;
          }
          if (y != null && y != 1) {
            return b;
          }
          return builder.bindSizes(
              where, known::of, sizes -> sizes.symbol("both", SizeLogic.broadcast(a, b)));
        });
  }

  private void check(String where, IntExpr condition, String otherwise) {
    builder.bindSizes(
        where,
        known::of,
        sizes -> {
          sizes.check(condition, otherwise);
          return condition;
        });
  }

  private GraphExpr emit(Operator op, GraphExpr operand) {
    return builder.emit(op.name(), GraphExpr.Call.of(op, List.of(operand)));
  }
}
