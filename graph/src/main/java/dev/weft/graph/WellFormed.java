package dev.weft.graph;

import dev.weft.base.IntExpr;
import dev.weft.base.WeftException;
import dev.weft.tir.PrimFunc;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Checks what holds of every graph, after every pass: operands are atoms, variables are bound once
 * and before they are used, dataflow variables stay in their block, called functions exist and take
 * as many arguments, every binding's type is that of its value and of the operator's rule, and its
 * sizes are known there.
 */
public final class WellFormed {
  /** The graph breaks a rule; the message names the function and the binding. */
  public static final class IllFormedException extends WeftException {
    private static final long serialVersionUID = 1L;

    IllFormedException(String what, String where) {
      super(what, where, "this is a mistake in the pass or the program that made the graph");
    }
  }

  private final Graph graph;
  private final String functionName;
  private final Set<GraphVar> bound = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Set<String> symbols = new HashSet<>();
  private final Set<GraphVar> visible = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean sizesFromCaller;
  private String place = "";

  private WellFormed(Graph graph, String functionName) {
    this.graph = graph;
    this.functionName = functionName;
  }

  /**
   * Checks every function.
   *
   * @return the graph itself
   * @throws IllFormedException naming the first offender
   */
  public static Graph check(Graph graph) {
    graph.functions().forEach((name, function) -> new WellFormed(graph, name).function(function));
    return graph;
  }

  private void function(GraphFunction function) {
    // Kernels are given the sizes that they need.
    sizesFromCaller = function.isPrimitive();
    for (GraphVar param : function.params()) {
      place = "parameter '" + param.name() + "'";
      Symbols.of(param.type(), symbols);
      bind(param);
    }
    body(function.body());
  }

  private void body(Body body) {
    for (BindingBlock block : body.blocks()) {
      for (Binding binding : block.bindings()) {
        place = "binding of '" + binding.var().name() + "'";
        value(binding, block.dataflow());
        bind(binding.var());
      }
      for (Binding binding : block.bindings()) {
        if (binding.var().isDataflow()) {
          visible.remove(binding.var());
        }
      }
    }
    place = "result";
    body.results().forEach(this::operand);
  }

  private void bind(GraphVar variable) {
    require(bound.add(variable), "it is bound a second time");
    visible.add(variable);
  }

  private void value(Binding binding, boolean dataflow) {
    GraphExpr value = binding.value();
    require(
        dataflow || !binding.var().isDataflow(),
        "it is a dataflow variable outside a dataflow block");
    switch (value) {
      case GraphVar v -> operand(v);
      case GraphExpr.Constant c -> {}
      case GraphExpr.Call(var op, var args, var type) -> {
        args.forEach(this::operand);
        GraphType rule = op.infer(args.stream().map(GraphExpr::type).toList());
        require(
            GraphTypes.equal(rule, type),
            "the call of " + op.name() + " says " + type + ", its type rule " + rule);
      }
      case GraphExpr.CallTir(var name, var args, var outputs, var sizes) -> {
        args.forEach(this::operand);
        PrimFunc callee = graph.primFuncs().functions().get(name);
        if (callee == null) {
          throw failure("it calls the TensorIR function '" + name + "', which does not exist");
        }
        int given = args.size() + outputs.size() + sizes.size();
        require(
            callee.params().size() == given,
            "'" + name + "' takes " + callee.params().size() + " arguments, it gets " + given);
      }
      case GraphExpr.CallFunction(var name, var args, var type) -> {
        args.forEach(this::operand);
        GraphFunction callee = graph.functions().get(name);
        if (callee == null) {
          throw failure("it calls the function '" + name + "', which does not exist");
        }
        require(
            callee.params().size() == args.size(),
            "'"
                + name
                + "' takes "
                + callee.params().size()
                + " arguments, it gets "
                + args.size());
      }
      case GraphExpr.CallPacked(var name, var args, var outputs, var attributes) -> {
        args.forEach(this::operand);
        require(!dataflow || !name.isEmpty(), "it calls a function without a name");
      }
      case GraphExpr.Tuple(var fields) -> fields.forEach(this::operand);
      case GraphExpr.TupleGet(var tuple, int index) -> operand(tuple);
      case GraphExpr.BindSizes bind -> bindSizes(bind);
      case GraphExpr.If(var condition, var then, var otherwise, var type) -> {
        operand(condition);
        inner(then, Set.of());
        inner(otherwise, Set.of());
        place = "binding of '" + binding.var().name() + "'";
        require(
            alike(then.type(), type) && alike(otherwise.type(), type),
            "the branches give " + then.type() + " and " + otherwise.type() + ", not " + type);
      }
      case GraphExpr.Loop loop -> {
        known(loop.trips(), symbols);
        if (loop.condition() != null) {
          operand(loop.condition());
        }
        loop.initial().forEach(this::operand);
        loop.params().forEach(this::bind);
        Set<String> inside = new HashSet<>(Set.of(loop.index()));
        loop.params().forEach(param -> Symbols.of(param.type(), inside));
        inner(loop.body(), inside);
        place = "binding of '" + binding.var().name() + "'";
        for (int i = 0; i < loop.params().size(); i++) {
          GraphType carried = loop.params().get(i).type();
          require(
              alike(loop.initial().get(i).type(), carried)
                  && alike(loop.next().get(i).type(), carried)
                  && alike(carried, loop.type().fields().get(i)),
              "the carried value '"
                  + loop.params().get(i).name()
                  + "' is "
                  + loop.initial().get(i).type()
                  + " at first, "
                  + carried
                  + " in the body, which gives "
                  + loop.next().get(i).type()
                  + ", and "
                  + loop.type().fields().get(i)
                  + " at last");
        }
      }
    }
    boolean bindsSizes =
        value instanceof GraphExpr.CallPacked
            || value instanceof GraphExpr.If
            || value instanceof GraphExpr.Loop;
    if (bindsSizes) {
      Symbols.of(value.type(), symbols); // The result's shape gives them their values.
    }
    known(value.type());
    require(
        GraphTypes.equal(binding.var().type(), value.type()),
        "the variable is of type " + binding.var().type() + ", its value of type " + value.type());
  }

  /** A body of a branch or loop: symbols that it binds are not known behind it. */
  private void inner(Body body, Set<String> more) {
    Set<String> outside = Set.copyOf(symbols);
    symbols.addAll(more);
    body(body);
    symbols.clear();
    symbols.addAll(outside);
  }

  /** Whether two types differ in their sizes at most. */
  private static boolean alike(GraphType a, GraphType b) {
    return switch (a) {
      case TensorType x ->
          b instanceof TensorType y && x.dtype().equals(y.dtype()) && x.rank() == y.rank();
      case ShapeType x -> b instanceof ShapeType y && x.sizes().rank() == y.sizes().rank();
      case TupleType(var fields) ->
          b instanceof TupleType(var others)
              && fields.size() == others.size()
              && IntStream.range(0, fields.size())
                  .allMatch(i -> alike(fields.get(i), others.get(i)));
    };
  }

  private void bindSizes(GraphExpr.BindSizes bind) {
    Set<String> numbers = new HashSet<>(symbols);
    for (GraphExpr.BindSizes.Read read : bind.reads()) {
      operand(read.tensor());
      known(read.index(), symbols);
      boolean integers =
          read.tensor().type() instanceof TensorType type
              && (type.dtype().isInt() || type.dtype().isBool());
      require(integers, "it reads a number off a " + read.tensor().type());
      require(numbers.add(read.name()), "the number '" + read.name() + "' is read twice");
    }
    for (GraphExpr.BindSizes.Size size : bind.sizes()) {
      known(size.value(), numbers);
      require(numbers.add(size.symbol()), "the size '" + size.symbol() + "' is bound twice");
      symbols.add(size.symbol());
    }
    bind.checks().forEach(check -> known(check.condition(), numbers));
  }

  /** Sizes are bound before they are used. */
  private void known(GraphType type) {
    Set<String> mentioned = new HashSet<>();
    Symbols.of(type, mentioned);
    mentioned.forEach(name -> known(IntExpr.symbol(name), symbols));
  }

  private void known(IntExpr value, Set<String> names) {
    for (String name : value.symbols()) {
      require(sizesFromCaller || names.contains(name), "the size '" + name + "' is not known here");
    }
  }

  private void operand(GraphExpr operand) {
    require(operand.isAtom(), "an operand is neither a variable nor a constant");
    if (operand instanceof GraphVar variable) {
      require(
          visible.contains(variable),
          "it uses '"
              + variable.name()
              + "', which is "
              + (bound.contains(variable) ? "out of scope" : "not bound before it"));
    }
  }

  private void require(boolean condition, String what) {
    if (!condition) {
      throw failure(what);
    }
  }

  private IllFormedException failure(String what) {
    return new IllFormedException(what, "graph function '" + functionName + "', " + place);
  }
}
