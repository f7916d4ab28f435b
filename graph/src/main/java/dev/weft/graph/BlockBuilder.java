package dev.weft.graph;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.SizeVars;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Builds graphs in A-normal form, binding after binding; each is typed by its operator's rule when
 * it is emitted.
 *
 * <pre>{@code
 * BlockBuilder builder = new BlockBuilder();
 * GraphVar x = GraphVar.of("x", TensorType.of(DType.FLOAT32, 1, 784));
 * builder.function("main", List.of(x), () -> {
 *   GraphVar y = builder.dataflow(() -> {
 *     GraphVar product = builder.emit(new MatMul(), x, weights);
 *     return builder.emitOutput(builder.emit(Unary.of(RELU), product));
 *   });
 *   builder.emitFunctionOutput(y);
 * });
 * Graph graph = builder.build();
 * }</pre>
 */
public final class BlockBuilder {
  /** The function that is being built. */
  private static final class Scope {
    final List<BindingBlock> blocks = new ArrayList<>();
    List<Binding> bindings = new ArrayList<>();
    boolean dataflow;
    int locals;
    int outputs;
    @Nullable List<GraphExpr> results;
    List<String> resultNames = List.of();
    final Set<String> symbols;

    /** Symbols that are bound in here. */
    final Set<String> own = new HashSet<>();

    Scope() {
      symbols = new HashSet<>();
    }

    /** A body of a branch or loop: a dataflow block. */
    Scope(Scope outer) {
      symbols = outer.symbols;
      dataflow = true;
      locals = outer.locals;
    }

    void endBlock() {
      if (!bindings.isEmpty()) {
        blocks.add(new BindingBlock(dataflow, bindings));
        bindings = new ArrayList<>();
      }
    }
  }

  private final Map<String, GraphFunction> functions = new LinkedHashMap<>();
  private final Map<String, PrimFunc> primFuncs = new LinkedHashMap<>();
  private @Nullable Scope scope;

  /** An empty graph. */
  public BlockBuilder() {}

  /** A graph to which functions are added. */
  public BlockBuilder(Graph graph) {
    functions.putAll(graph.functions());
    primFuncs.putAll(graph.primFuncs().functions());
  }

  /** Adds a function; {@code body} emits its bindings and then its output. */
  public void function(String name, List<GraphVar> params, Runnable body) {
    function(name, params, Map.of(), body);
  }

  /**
   * Adds a function with attributes.
   *
   * @throws IllegalStateException if a function is being built already, the name is taken or the
   *     body emits no output
   */
  public void function(
      String name, List<GraphVar> params, Map<String, AttrValue> attrs, Runnable body) {
    if (scope != null) {
      throw new IllegalStateException("function '" + name + "' begins within another function");
    }
    if (functions.containsKey(name) || primFuncs.containsKey(name)) {
      throw new IllegalStateException("there is a function '" + name + "' already");
    }
    Scope current = new Scope();
    params.forEach(param -> Symbols.of(param.type(), current.symbols));
    scope = current;
    try {
      body.run();
    } finally {
      scope = null;
    }
    List<GraphExpr> results = current.results;
    if (results == null) {
      throw new IllegalStateException("function '" + name + "' ends without emitFunctionOutput");
    }
    current.endBlock();
    functions.put(
        name,
        new GraphFunction(params, new Body(current.blocks, results), current.resultNames, attrs));
  }

  /**
   * A dataflow block: what {@code body} emits has no effect but on the values that it marks with
   * {@link #emitOutput}.
   *
   * @return what {@code body} returns
   */
  public <T> T dataflow(Supplier<T> body) {
    Scope current = current();
    if (current.dataflow) {
      throw new IllegalStateException("a dataflow block begins within another dataflow block");
    }
    current.endBlock();
    current.dataflow = true;
    try {
      return body.get();
    } finally {
      current.endBlock();
      current.dataflow = false;
    }
  }

  /** Binds a call of an operator. */
  public GraphVar emit(Operator op, GraphExpr... args) {
    return emit(op, Arrays.asList(args));
  }

  /**
   * Binds a call of an operator.
   *
   * @throws TypeException if the operator does not take such operands
   */
  public GraphVar emit(Operator op, List<? extends GraphExpr> args) {
    return emit(GraphExpr.Call.of(op, atoms(args)));
  }

  /** Binds an expression to a new variable ({@code lv}, {@code lv1}, …). */
  public GraphVar emit(GraphExpr value) {
    int number = current().locals++;
    return emit(number == 0 ? "lv" : "lv" + number, value);
  }

  /** Binds an expression to a new variable with a name of its own. */
  public GraphVar emit(String name, GraphExpr value) {
    Scope current = current();
    GraphVar variable =
        current.dataflow ? GraphVar.dataflow(name, value.type()) : GraphVar.of(name, value.type());
    current.bindings.add(new Binding(variable, value));
    return variable;
  }

  /** Makes a value of this dataflow block known behind it ({@code gv}, {@code gv1}, …). */
  public GraphVar emitOutput(GraphExpr value) {
    int number = current().outputs++;
    return emitOutput(number == 0 ? "gv" : "gv" + number, value);
  }

  /** Makes a value of this dataflow block known behind it, under a name. */
  public GraphVar emitOutput(String name, GraphExpr value) {
    Scope current = current();
    if (!current.dataflow) {
      throw new IllegalStateException("emitOutput is for dataflow blocks");
    }
    GraphVar variable = GraphVar.of(name, value.type());
    current.bindings.add(new Binding(variable, value));
    return variable;
  }

  /**
   * Works out sizes, of tensors' elements too, and binds them ({@link GraphExpr.BindSizes}) if
   * there is something left to do at run time.
   *
   * @param where the model's node that asks, for errors
   * @param known the elements of integer tensors as far as they are known now; null for the others
   * @param body what it returns may use the sizes
   * @throws TypeException if a check can't hold
   */
  public <T> T bindSizes(
      String where,
      Function<GraphExpr, @Nullable List<IntExpr>> known,
      Function<SizeBinder, T> body) {
    SizeBinder binder = new SizeBinder(where, known, this::freshSymbol);
    T result = body.apply(binder);
    GraphExpr.BindSizes bound = binder.result();
    if (bound != null) {
      emit("sizes", bound);
    }
    return result;
  }

  /** A name for a size that no other symbol of the function has. */
  public String freshSymbol(String wish) {
    Scope current = current();
    String name = wish;
    for (int i = 1; !current.symbols.add(name); i++) {
      name = wish + "_" + i;
    }
    current.own.add(name);
    return name;
  }

  /** A body of a branch or a loop, and the symbols that are bound in it. */
  private record Inner(Body body, Set<String> symbols) {}

  private Inner inner(Supplier<? extends List<? extends GraphExpr>> emitted) {
    Scope outer = current();
    Scope inner = new Scope(outer);
    scope = inner;
    try {
      List<GraphExpr> results = new ArrayList<>();
      for (GraphExpr result : atoms(emitted.get())) {
        boolean local = result instanceof GraphVar variable && variable.isDataflow();
        boolean here =
            local && inner.bindings.stream().anyMatch(binding -> binding.var() == result);
        results.add(here ? emitOutput(result.toString(), result) : result);
      }
      inner.endBlock();
      return new Inner(new Body(inner.blocks, results), inner.own);
    } finally {
      scope = outer;
    }
  }

  /**
   * Binds a choice.
   *
   * @param condition a bool tensor of one element
   * @param then emits one branch and gives its values
   * @param otherwise emits the other one
   * @return a variable for each value
   * @throws TypeException if the branches' values differ in more than their sizes
   */
  public List<GraphExpr> choice(
      GraphExpr condition,
      Supplier<? extends List<? extends GraphExpr>> then,
      Supplier<? extends List<? extends GraphExpr>> otherwise) {
    Inner a = inner(then);
    Inner b = inner(otherwise);
    int count = a.body.results().size();
    if (b.body.results().size() != count) {
      throw new TypeException(
          "the branches give " + count + " and " + b.body.results().size() + " values", "if");
    }
    Set<String> inside = new HashSet<>(a.symbols);
    inside.addAll(b.symbols);
    List<GraphType> types = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      TensorType x = tensor(a.body.results().get(i), "if");
      TensorType y = tensor(b.body.results().get(i), "if");
      types.add(joined(x, y, inside, "if"));
    }
    GraphType type = types.size() == 1 ? types.get(0) : new TupleType(types);
    GraphExpr bound = atoms(List.of(condition)).get(0);
    GraphVar value = emit("choice", new GraphExpr.If(bound, a.body, b.body, type));
    return fields(value);
  }

  /** What a round of a loop gives. */
  public record Round(@Nullable GraphExpr condition, List<GraphExpr> next, List<GraphExpr> slices) {
    /** Copies the lists. */
    public Round {
      next = List.copyOf(next);
      slices = List.copyOf(slices);
    }
  }

  /**
   * Binds a loop; see {@link GraphExpr.Loop}. A carried value whose sizes change from round to
   * round gets symbols for them, which may take the body to be emitted several times.
   *
   * @param trips the number of rounds at most
   * @param condition bool tensor of one element; null for a loop that is only counted, whose rounds
   *     give no condition
   * @param initial the carried values before the first round
   * @param body emits a round, given its number and the carried values
   * @return a variable for each of the last carried values, then for each stacked result
   */
  public List<GraphExpr> loop(
      IntExpr trips,
      @Nullable GraphExpr condition,
      List<? extends GraphExpr> initial,
      BiFunction<IntExpr, List<GraphVar>, Round> body) {
    List<GraphExpr> first = atoms(initial);
    GraphExpr holds = condition == null ? null : atoms(List.of(condition)).get(0);
    List<TensorType> types = new ArrayList<>();
    first.forEach(value -> types.add(tensor(value, "loop")));
    Set<String> general = new HashSet<>();
    while (true) {
      List<GraphVar> params = new ArrayList<>();
      for (int i = 0; i < types.size(); i++) {
        params.add(GraphVar.of("carried" + i, types.get(i)));
      }
      String index = freshSymbol("round");
      Inner inner =
          inner(
              () -> {
                Round round = body.apply(IntExpr.symbol(index), List.copyOf(params));
                List<GraphExpr> results = new ArrayList<>();
                if (condition != null) {
                  results.add(Objects.requireNonNull(round.condition(), "no condition"));
                }
                results.addAll(round.next());
                results.addAll(round.slices());
                return results;
              });
      Set<String> inside = new HashSet<>(inner.symbols);
      inside.add(index);
      int begin = condition == null ? 0 : 1;
      boolean same = true;
      for (int i = 0; i < types.size(); i++) {
        TensorType next = tensor(inner.body.results().get(begin + i), "loop");
        TensorType wider = joined(types.get(i), next, inside, general, "loop");
        same &= wider.equals(types.get(i));
        types.set(i, wider);
      }
      if (same) {
        inside.addAll(general);
        return loop(trips, holds, first, index, params, inner.body, inside);
      }
    }
  }

  private List<GraphExpr> loop(
      IntExpr trips,
      @Nullable GraphExpr condition,
      List<GraphExpr> initial,
      String index,
      List<GraphVar> params,
      Body body,
      Set<String> inside) {
    List<GraphType> types = new ArrayList<>();
    for (GraphVar param : params) {
      types.add(outside(param.tensorType(), inside));
    }
    int begin = (condition == null ? 0 : 1) + params.size();
    IntExpr count = condition == null ? trips : null;
    for (GraphExpr slice : body.results().subList(begin, body.results().size())) {
      if (count == null) {
        count = IntExpr.symbol(freshSymbol("rounds"));
      }
      TensorType type = outside(tensor(slice, "loop"), inside);
      List<IntExpr> dims = new ArrayList<>(List.of(count));
      dims.addAll(type.shape().dims());
      types.add(type.withShape(new Shape(dims)));
    }
    GraphExpr.Loop loop =
        new GraphExpr.Loop(trips, condition, initial, index, params, body, new TupleType(types));
    return fields(emit("loop", loop));
  }

  /** Sizes that are known inside only become symbols. */
  private TensorType outside(TensorType type, Set<String> inside) {
    return joined(type, type, inside, "loop");
  }

  private TensorType joined(TensorType a, TensorType b, Set<String> inside, String operator) {
    return joined(a, b, inside, new HashSet<>(), operator);
  }

  /**
   * A type for values of both types: a size that differs, or that is known inside only, becomes a
   * symbol.
   *
   * @param general symbols that stand for any size already; gets the new ones
   */
  private TensorType joined(
      TensorType a, TensorType b, Set<String> inside, Set<String> general, String operator) {
    if (a.rank() != b.rank()) {
      throw new UnknownRankException(b, operator);
    }
    if (!a.dtype().equals(b.dtype())) {
      throw new TypeException("a value is " + a + " here and " + b + " there", operator);
    }
    List<IntExpr> dims = new ArrayList<>();
    for (int i = 0; i < a.rank(); i++) {
      IntExpr dim = a.dim(i);
      boolean any = dim instanceof IntExpr.Symbol(String name) && general.contains(name);
      boolean same =
          SizeAlgebra.equal(dim, b.dim(i)) && dim.symbols().stream().noneMatch(inside::contains);
      if (any || same) {
        dims.add(dim);
      } else {
        String symbol = freshSymbol("any");
        general.add(symbol);
        dims.add(IntExpr.symbol(symbol));
      }
    }
    return a.withShape(new Shape(dims));
  }

  private static TensorType tensor(GraphExpr value, String operator) {
    if (value.type() instanceof TensorType type) {
      return type;
    }
    throw new TypeException("takes tensors, got " + value.type(), operator);
  }

  private List<GraphExpr> fields(GraphVar value) {
    if (!(value.type() instanceof TupleType(List<GraphType> types))) {
      return List.of(value);
    }
    List<GraphExpr> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      fields.add(emit(new GraphExpr.TupleGet(value, i)));
    }
    return fields;
  }

  /** Binds a call of a TensorIR function that the graph has. */
  public GraphVar callTir(String function, List<? extends GraphExpr> args, TensorType... outputs) {
    if (!primFuncs.containsKey(function)) {
      throw new IllegalArgumentException(
          "there is no TensorIR function '" + function + "'; add it with addFunction first");
    }
    return emit(new GraphExpr.CallTir(function, atoms(args), List.of(outputs)));
  }

  /**
   * Makes a TensorIR function of tensor expressions and binds a call of it.
   *
   * @param name the function's name, made unique by a number
   * @param body from one placeholder for each operand to the result
   */
  public GraphVar emitTe(String name, Function<List<Tensor>, Tensor> body, GraphExpr... args) {
    List<GraphExpr> operands = atoms(Arrays.asList(args));
    SizeVars sizes = new SizeVars(DType.INT32);
    List<Tensor> tensors = new ArrayList<>();
    for (GraphExpr operand : operands) {
      if (!(operand.type() instanceof TensorType type)) {
        throw new IllegalArgumentException("emitTe takes tensors, got " + operand.type());
      }
      List<Expr> shape = type.shape().dims().stream().map(sizes::expr).toList();
      tensors.add(Te.placeholder("p" + tensors.size(), type.dtype(), shape));
    }
    Tensor result = body.apply(List.copyOf(tensors));
    tensors.add(result);
    // Sizes that are a dimension of no tensor on their own are passed behind them.
    List<Var> scalars = new ArrayList<>();
    List<IntExpr> values = new ArrayList<>();
    sizes
        .vars()
        .forEach(
            (symbol, variable) -> {
              if (tensors.stream().noneMatch(tensor -> tensor.shape().contains(variable))) {
                scalars.add(variable);
                values.add(IntExpr.symbol(symbol));
              }
            });
    String unique = addFunction(name, Te.primFunc(name, tensors, scalars));
    Shape shape = new Shape(result.shape().stream().map(sizes::size).toList());
    TensorType type = new TensorType(shape, result.dtype());
    return emit(new GraphExpr.CallTir(unique, operands, List.of(type), values));
  }

  /** Binds a call of a Java function that the application registers. */
  public GraphVar callPacked(String name, List<? extends GraphExpr> args, TensorType... outputs) {
    return emit(new GraphExpr.CallPacked(name, atoms(args), List.of(outputs)));
  }

  /** Ends the function with results called {@code output0}, {@code output1}, … */
  public void emitFunctionOutput(GraphExpr... results) {
    List<String> names = IntStream.range(0, results.length).mapToObj(i -> "output" + i).toList();
    emitFunctionOutput(Arrays.asList(results), names);
  }

  /**
   * Ends the function.
   *
   * @throws IllegalStateException if it has ended already, or within a dataflow block
   */
  public void emitFunctionOutput(List<? extends GraphExpr> results, List<String> names) {
    Scope current = current();
    if (current.results != null) {
      throw new IllegalStateException("the function's output is emitted a second time");
    }
    if (current.dataflow) {
      throw new IllegalStateException("the function's output is emitted within a dataflow block");
    }
    current.results = atoms(results);
    current.resultNames = List.copyOf(names);
  }

  /**
   * Adds a TensorIR function under a name that is made unique by a number.
   *
   * @return the name
   */
  public String addFunction(String name, PrimFunc function) {
    String unique = name;
    for (int i = 1; primFuncs.containsKey(unique) || functions.containsKey(unique); i++) {
      unique = name + i;
    }
    primFuncs.put(unique, function.withAttr(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm(unique)));
    return unique;
  }

  /**
   * The graph.
   *
   * @throws WellFormed.IllFormedException if a binding uses a variable that is out of scope
   */
  public Graph build() {
    if (scope != null) {
      throw new IllegalStateException("build() within a function");
    }
    return WellFormed.check(new Graph(functions, new IRModule(primFuncs, Map.of())));
  }

  /** Operands as atoms: anything else is bound first. */
  private List<GraphExpr> atoms(List<? extends GraphExpr> args) {
    List<GraphExpr> atoms = new ArrayList<>();
    for (GraphExpr arg : args) {
      atoms.add(arg.isAtom() ? arg : emit(arg));
    }
    return atoms;
  }

  private Scope current() {
    if (scope == null) {
      throw new IllegalStateException("nothing can be emitted outside a function");
    }
    return scope;
  }
}
