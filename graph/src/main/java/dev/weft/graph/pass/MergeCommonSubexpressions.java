package dev.weft.graph.pass;

import dev.weft.base.Tensor;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphMutator;
import dev.weft.graph.GraphVar;
import dev.weft.graph.op.Operator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Calls of one operator with the same attributes and operands become one. */
public final class MergeCommonSubexpressions implements GraphPass {
  @Override
  public String name() {
    return "merge_common_subexpressions";
  }

  @Override
  public Set<String> after() {
    return Set.of("canonicalize", "fold_constants");
  }

  @Override
  public Graph apply(Graph graph) {
    return Functions.map(graph, function -> new Mutator().mutate(function));
  }

  /** An operand as a key: variables by identity, constants of one element by value. */
  private sealed interface Operand {
    record Variable(GraphVar variable) implements Operand {}

    record Whole(Tensor tensor) implements Operand {
      @Override
      public boolean equals(Object other) {
        return other instanceof Whole(Tensor value) && value == tensor;
      }

      @Override
      public int hashCode() {
        return System.identityHashCode(tensor);
      }
    }

    record Element(String type, long bits) implements Operand {}

    static Operand of(GraphExpr atom) {
      if (atom instanceof GraphVar variable) {
        return new Variable(variable);
      }
      GraphExpr.Constant constant = (GraphExpr.Constant) Objects.requireNonNull(atom);
      Tensor tensor = constant.value();
      if (tensor.elements() != 1) {
        return new Whole(tensor);
      }
      long bits =
          tensor.dtype().isFloat()
              ? Double.doubleToRawLongBits(tensor.getDouble(0))
              : tensor.getLong(0);
      return new Element(constant.type().toString(), bits);
    }
  }

  private record Key(Operator op, List<Operand> operands) {}

  private static final class Mutator extends GraphMutator {
    private final Map<Key, GraphVar> known = new HashMap<>();

    @Override
    protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
      if (!(value instanceof GraphExpr.Call(Operator op, var args, var type))) {
        return value;
      }
      Key key = new Key(op, args.stream().map(Operand::of).toList());
      // What a branch computes is not known behind it.
      GraphVar earlier = depth() == 0 ? known.putIfAbsent(key, variable) : known.get(key);
      return earlier == null ? value : earlier;
    }
  }
}
