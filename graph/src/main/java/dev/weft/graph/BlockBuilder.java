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
import java.util.Set;
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
    final Set<String> symbols = new HashSet<>();

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
    Set<String> taken = current().symbols;
    String name = wish;
    for (int i = 1; !taken.add(name); i++) {
      name = wish + "_" + i;
    }
    return name;
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
