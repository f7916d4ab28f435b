package dev.weft.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** The only code that knows which operands and bodies an expression has. */
@SuppressWarnings("ReferenceEquality") // "Unchanged" means the same object.
public final class GraphChildren {
  private GraphChildren() {}

  /** The expression with other operands and bodies; the same object if none changed. */
  public static GraphExpr map(
      GraphExpr node, UnaryOperator<GraphExpr> operand, UnaryOperator<Body> body) {
    return switch (node) {
      case GraphVar v -> v;
      case GraphExpr.Constant c -> c;
      case GraphExpr.Call(var op, var args, var type) -> {
        List<GraphExpr> mapped = mapList(args, operand);
        yield mapped == args ? node : GraphExpr.Call.of(op, mapped);
      }
      case GraphExpr.CallTir(var function, var args, var outputs, var sizes) -> {
        List<GraphExpr> mapped = mapList(args, operand);
        yield mapped == args ? node : new GraphExpr.CallTir(function, mapped, outputs, sizes);
      }
      case GraphExpr.CallFunction(var function, var args, var type) -> {
        List<GraphExpr> mapped = mapList(args, operand);
        yield mapped == args ? node : new GraphExpr.CallFunction(function, mapped, type);
      }
      case GraphExpr.CallPacked(var name, var args, var outputs, var attributes) -> {
        List<GraphExpr> mapped = mapList(args, operand);
        yield mapped == args ? node : new GraphExpr.CallPacked(name, mapped, outputs, attributes);
      }
      case GraphExpr.Tuple(var fields) -> {
        List<GraphExpr> mapped = mapList(fields, operand);
        yield mapped == fields ? node : new GraphExpr.Tuple(mapped);
      }
      case GraphExpr.TupleGet(var tuple, int index) -> {
        GraphExpr mapped = operand.apply(tuple);
        yield mapped == tuple ? node : new GraphExpr.TupleGet(mapped, index);
      }
      case GraphExpr.BindSizes(var where, var reads, var sizes, var checks) -> {
        List<GraphExpr.BindSizes.Read> mapped = new ArrayList<>();
        boolean changed = false;
        for (GraphExpr.BindSizes.Read read : reads) {
          GraphExpr tensor = operand.apply(read.tensor());
          changed |= tensor != read.tensor();
          mapped.add(new GraphExpr.BindSizes.Read(read.name(), tensor, read.index()));
        }
        yield changed ? new GraphExpr.BindSizes(where, mapped, sizes, checks) : node;
      }
      case GraphExpr.If(var condition, var then, var otherwise, var type) ->
          new GraphExpr.If(operand.apply(condition), body.apply(then), body.apply(otherwise), type);
      case GraphExpr.Loop loop ->
          new GraphExpr.Loop(
              loop.trips(),
              loop.condition() == null ? null : operand.apply(loop.condition()),
              mapList(loop.initial(), operand),
              loop.index(),
              loop.params(),
              body.apply(loop.body()),
              loop.type());
    };
  }

  /** Calls {@code visit} with each operand, and with what the bodies use from around them. */
  public static void forEachOperand(GraphExpr node, Consumer<GraphExpr> visit) {
    var _ =
        map(
            node,
            operand -> {
              visit.accept(operand);
              return operand;
            },
            body -> {
              forEachOperand(body, visit);
              return body;
            });
  }

  /** Calls {@code visit} with each operand in a body and with its results. */
  public static void forEachOperand(Body body, Consumer<GraphExpr> visit) {
    body.bindings().forEach(binding -> forEachOperand(binding.value(), visit));
    body.results().forEach(visit);
  }

  static List<GraphExpr> mapList(List<GraphExpr> list, UnaryOperator<GraphExpr> map) {
    List<GraphExpr> mapped = new ArrayList<>();
    boolean changed = false;
    for (GraphExpr element : list) {
      GraphExpr replacement = map.apply(element);
      changed |= replacement != element;
      mapped.add(replacement);
    }
    return changed ? mapped : list;
  }
}
