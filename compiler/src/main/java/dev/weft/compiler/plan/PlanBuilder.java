package dev.weft.compiler.plan;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.compiler.CompileException;
import dev.weft.graph.Binding;
import dev.weft.graph.Body;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphType;
import dev.weft.graph.GraphVar;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.TensorType;
import dev.weft.graph.TupleType;
import dev.weft.graph.op.Reshape;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.LaunchArgument;
import dev.weft.lowering.Workspace;
import dev.weft.runtime.plan.Carried;
import dev.weft.runtime.plan.HostValue;
import dev.weft.runtime.plan.Instruction;
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.MemoryPool;
import dev.weft.runtime.plan.PlanArgument;
import dev.weft.runtime.plan.PlanOutput;
import dev.weft.runtime.plan.Storage;
import dev.weft.runtime.plan.TensorSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns a graph function whose bindings are calls of compiled functions into a launch plan: gives
 * every tensor a buffer, works out how long each is needed, lays them out in one pool and writes
 * the launches.
 */
public final class PlanBuilder {
  private static final String POOL = "pool";

  private final Map<String, KernelPlan> kernels;
  private final GeneratedProgram program;
  private final Map<GraphVar, Value> values = new HashMap<>();
  private final IdentityHashMap<Tensor, String> constantNames = new IdentityHashMap<>();
  private final List<TensorSpec> constants = new ArrayList<>();
  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final Set<String> taken = new HashSet<>();

  /** Sizes that are known only in the middle of a run. */
  private final Set<String> late = new HashSet<>();

  /** Sizes that have a value at this point of the plan. */
  private final Set<String> bound = new HashSet<>();

  private final Map<String, Intermediate> intermediates = new LinkedHashMap<>();

  /** What else a name may stand for: those must live as long as it. */
  private final Map<String, List<String>> aliases = new HashMap<>();

  private final PlanBlock outermost = new PlanBlock();
  private PlanBlock block = outermost;
  private int step;

  /** What a variable of the graph stands for. */
  private sealed interface Value {
    /**
     * A tensor in a buffer.
     *
     * @param reshaped whether the buffer is another tensor's, of another shape
     */
    record Buffer(String name, TensorType type, boolean reshaped) implements Value {
      Buffer(String name, TensorType type) {
        this(name, type, false);
      }
    }

    /** Nothing that lies in memory: what sizes are bound to. */
    record Sizes() implements Value {}

    /** Several. */
    record Fields(List<Value> fields) implements Value {}
  }

  /**
   * A plan and the tensors that it takes as constants.
   *
   * @param plan the plan
   * @param weights by the names that the plan uses
   */
  public record Result(LaunchPlan plan, Map<String, Tensor> weights) {}

  private PlanBuilder(Map<String, KernelPlan> kernels, GeneratedProgram program) {
    this.kernels = kernels;
    this.program = program;
  }

  /**
   * Builds the plan of a function.
   *
   * @param function its bindings call TensorIR functions, reshape, or call registered functions
   * @param kernels what the TensorIR functions were lowered to, by name
   * @param program names the kernels
   * @throws CompileException if a binding can't be planned; it names the binding
   */
  public static Result build(
      GraphFunction function, Map<String, KernelPlan> kernels, GeneratedProgram program) {
    return new PlanBuilder(kernels, program).build(function);
  }

  private Result build(GraphFunction function) {
    List<TensorSpec> inputs = new ArrayList<>();
    for (GraphVar param : function.params()) {
      TensorSpec spec = spec(fresh(param.name()), param.tensorType());
      inputs.add(spec);
      spec.shape().dims().forEach(dim -> bound.addAll(dim.symbols()));
      values.put(param, new Value.Buffer(spec.name(), param.tensorType()));
    }
    bindings(function.body());
    List<PlanOutput> outputs = new ArrayList<>();
    for (int i = 0; i < function.resultNames().size(); i++) {
      Value.Buffer result = buffer(function.body().results().get(i), "the result");
      touch(result.name, Integer.MAX_VALUE);
      outputs.add(new PlanOutput(spec(function.resultNames().get(i), result.type), result.name));
    }
    return finish(inputs, outputs);
  }

  private void bindings(Body body) {
    for (Binding binding : body.bindings()) {
      values.put(binding.var(), value(binding));
    }
  }

  private static TensorSpec spec(String name, TensorType type) {
    return new TensorSpec(name, type.dtype(), type.shape());
  }

  private Value value(Binding binding) {
    String name = binding.var().name();
    return switch (binding.value()) {
      case GraphVar v -> resolve(v);
      case GraphExpr.Constant constant -> constant(constant);
      case GraphExpr.CallTir call -> callTir(name, call);
      case GraphExpr.CallPacked call -> callPacked(name, call);
      case GraphExpr.Tuple(List<GraphExpr> fields) ->
          new Value.Fields(fields.stream().map(this::atom).toList());
      case GraphExpr.TupleGet(GraphExpr tuple, int index) ->
          atom(tuple) instanceof Value.Fields(List<Value> fields) ? fields.get(index) : atom(tuple);
      case GraphExpr.Call call -> reshape(name, call);
      case GraphExpr.CallFunction call ->
          throw refuse(name, "a call of the graph function '" + call.function() + "'");
      case GraphExpr.BindSizes bind -> bindSizes(bind);
      case GraphExpr.If choice -> choice(name, choice);
      case GraphExpr.Loop loop -> loop(name, loop);
    };
  }

  private static CompileException refuse(String binding, String what) {
    return new CompileException(
        what + " can't be planned yet", "binding '" + binding + "'", "use a model without it");
  }

  private Value resolve(GraphVar v) {
    Value value = values.get(v);
    if (value == null) {
      throw new CompileException("'" + v.name() + "' has no value", "graph", "report this");
    }
    return value;
  }

  private Value atom(GraphExpr atom) {
    if (atom instanceof GraphVar v) {
      return resolve(v);
    }
    if (atom instanceof GraphExpr.Constant constant) {
      return constant(constant);
    }
    throw new CompileException("an operand is no variable or constant", "graph", "report this");
  }

  private Value.Buffer buffer(GraphExpr atom, String user) {
    if (atom(atom) instanceof Value.Buffer buffer) {
      return buffer;
    }
    throw new CompileException("an operand is a tuple", user, "report this");
  }

  private Value.Buffer constant(GraphExpr.Constant constant) {
    Tensor tensor = constant.value();
    String known = constantNames.get(tensor);
    if (known == null) {
      known = fresh(constant.name().isEmpty() ? "constant" : constant.name());
      constantNames.put(tensor, known);
      constants.add(new TensorSpec(known, tensor.dtype(), Shape.of(tensor.shape())));
      weights.put(known, tensor);
    }
    return new Value.Buffer(known, constant.type());
  }

  /** Contiguous data under another shape is the same buffer. */
  private Value reshape(String name, GraphExpr.Call call) {
    if (call.op() instanceof Reshape && call.type() instanceof TensorType type) {
      return new Value.Buffer(buffer(call.args().get(0), name).name, type, true);
    }
    throw new CompileException(
        "the operator '" + call.op().name() + "' was not lowered",
        "binding '" + name + "'",
        "report this");
  }

  private Value callTir(String name, GraphExpr.CallTir call) {
    KernelPlan plan = kernels.get(call.function());
    if (plan == null) {
      throw new CompileException(
          "there are no kernels for '" + call.function() + "'", "binding '" + name + "'", "");
    }
    List<Value.Buffer> buffers = new ArrayList<>();
    for (GraphExpr arg : call.args()) {
      buffers.add(buffer(arg, name));
    }
    List<Value> outputs = new ArrayList<>();
    for (int i = 0; i < call.outputs().size(); i++) {
      Value.Buffer output =
          intermediate(call.outputs().size() == 1 ? name : name + "_" + i, call.outputs().get(i));
      outputs.add(output);
      buffers.add(output);
    }
    Map<String, IntExpr> sizes = FunctionSizes.of(plan.function(), call, types(buffers));
    List<String> workspaces = new ArrayList<>();
    for (Workspace workspace : plan.workspaces()) {
      Shape shape = new Shape(List.of(workspace.elements().substitute(sizes)));
      TensorType type = new TensorType(shape, workspace.dtype());
      workspaces.add(intermediate(name + "_" + workspace.name(), type).name);
    }
    for (Launch launch : plan.launches()) {
      List<PlanArgument> arguments = new ArrayList<>();
      for (LaunchArgument argument : launch.arguments()) {
        arguments.add(
            switch (argument) {
              case LaunchArgument.FunctionBuffer(int i) -> touched(buffers.get(i).name);
              case LaunchArgument.WorkspaceBuffer(int i) -> touched(workspaces.get(i));
              case LaunchArgument.Size(IntExpr value) ->
                  new PlanArgument.Size(value.substitute(sizes));
            });
      }
      String kernel = program.kernelName(launch.kernel());
      add(new Instruction.Launch(kernel, arguments, substitute(launch.geometry(), sizes)));
    }
    return outputs.size() == 1 ? outputs.get(0) : new Value.Fields(outputs);
  }

  private static List<TensorType> types(List<Value.Buffer> buffers) {
    return buffers.stream().map(Value.Buffer::type).toList();
  }

  private static LaunchGeometry substitute(LaunchGeometry geometry, Map<String, IntExpr> sizes) {
    return new LaunchGeometry(
        geometry.grid().stream().map(extent -> extent.substitute(sizes)).toList(),
        geometry.block().stream().map(extent -> extent.substitute(sizes)).toList(),
        geometry.sharedBytes().substitute(sizes));
  }

  private Value bindSizes(GraphExpr.BindSizes bind) {
    for (GraphExpr.BindSizes.Read read : bind.reads()) {
      String buffer = buffer(read.tensor(), bind.where()).name;
      touched(buffer);
      define(read.name(), new HostValue.Element(buffer, read.index()));
    }
    for (GraphExpr.BindSizes.Size size : bind.sizes()) {
      define(size.symbol(), HostValue.of(size.value()));
    }
    for (GraphExpr.BindSizes.Check check : bind.checks()) {
      add(new Instruction.Check(check.condition(), check.otherwise(), bind.where()));
    }
    for (GraphExpr.BindSizes.Size size : bind.sizes()) {
      IntExpr symbol = IntExpr.symbol(size.symbol());
      add(
          new Instruction.Check(
              SizeLogic.atLeast(symbol, 0), "the size '" + symbol + "' is negative", bind.where()));
    }
    return new Value.Sizes();
  }

  private void define(String size, HostValue value) {
    add(new Instruction.ShapeCompute(size, value));
    late.add(size);
    bound.add(size);
  }

  /** Sizes in a tensor's type that are not known yet get its dimensions as their values. */
  private void defineSizes(String buffer, TensorType type) {
    for (int axis = 0; axis < type.rank(); axis++) {
      if (type.dim(axis) instanceof IntExpr.Symbol(String name) && !bound.contains(name)) {
        touched(buffer);
        define(name, new HostValue.Dimension(buffer, axis));
      }
    }
  }

  private static List<GraphType> fields(GraphType type) {
    return type instanceof TupleType(List<GraphType> fields) ? fields : List.of(type);
  }

  private static TensorType tensorType(GraphType type, String where) {
    if (type instanceof TensorType tensor) {
      return tensor;
    }
    throw new CompileException("a value is a " + type, where, "report this");
  }

  /** A block within the current one; symbols that are bound in it are not known behind it. */
  private PlanBlock inner(Runnable emit) {
    PlanBlock outer = block;
    Set<String> known = Set.copyOf(bound);
    PlanBlock inner = new PlanBlock();
    block = inner;
    emit.run();
    block = outer;
    bound.clear();
    bound.addAll(known);
    return inner;
  }

  /** A buffer that is known by another name behind the block that makes it. */
  private String escaping(GraphExpr value, String where) {
    String buffer = named(value, where);
    touched(buffer);
    escape(buffer);
    return buffer;
  }

  /** A buffer that has the value's own shape, for what looks at that while the model runs. */
  private String named(GraphExpr value, String where) {
    Value.Buffer buffer = buffer(value, where);
    if (!buffer.reshaped) {
      return buffer.name;
    }
    String view = fresh(buffer.name + "_view");
    touched(buffer.name);
    aliases.put(view, List.of(buffer.name));
    add(new Instruction.Alias(view, buffer.name, buffer.type.shape()));
    return view;
  }

  private void escape(String name) {
    meanings(name).forEach(this::escapeItself);
  }

  private void escapeItself(String buffer) {
    Intermediate intermediate = intermediates.get(buffer);
    if (intermediate != null && intermediate.block != outermost) {
      intermediate.owned = true;
      intermediate.escapes = true;
    }
  }

  private Value choice(String name, GraphExpr.If choice) {
    String condition = buffer(choice.condition(), name).name;
    touched(condition);
    int count = choice.then().results().size();
    List<String> results = new ArrayList<>();
    List<TensorType> types = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      results.add(fresh(count == 1 ? name : name + "_" + i));
      types.add(tensorType(fields(choice.type()).get(i), name));
    }
    PlanBlock then = inner(() -> arm(choice.then(), results, name));
    PlanBlock otherwise = inner(() -> arm(choice.otherwise(), results, name));
    block.add(
        step++,
        placement ->
            new Instruction.Branch(
                HostValue.scalarOf(condition),
                then.instructions(placement),
                otherwise.instructions(placement)));
    return results(results, types);
  }

  private void arm(Body body, List<String> results, String name) {
    bindings(body);
    for (int i = 0; i < results.size(); i++) {
      String value = escaping(body.results().get(i), name);
      aliases.computeIfAbsent(results.get(i), key -> new ArrayList<>()).add(value);
      add(new Instruction.Alias(results.get(i), value));
    }
  }

  private Value results(List<String> names, List<TensorType> types) {
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      defineSizes(names.get(i), types.get(i));
      values.add(new Value.Buffer(names.get(i), types.get(i)));
    }
    return values.size() == 1 ? values.get(0) : new Value.Fields(values);
  }

  private Value loop(String name, GraphExpr.Loop loop) {
    List<Carried> carried = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<String> initial = new ArrayList<>();
    GraphExpr condition = loop.condition();
    String holds = condition == null ? "" : fresh(name + "_condition");
    if (condition != null) {
      names.add(holds);
      initial.add(named(condition, name));
    }
    for (int i = 0; i < loop.params().size(); i++) {
      names.add(fresh(name + "_" + i));
      initial.add(named(loop.initial().get(i), name));
    }
    List<String> stacks = new ArrayList<>();
    for (int i = 0; i < loop.slices().size(); i++) {
      String stack = fresh(name + "_slices" + i);
      stacks.add(stack);
      DType dtype = tensorType(loop.slices().get(i).type(), name).dtype();
      add(new Instruction.BeginStack(stack, dtype, loop.trips()));
    }
    int begin = step;
    initial.forEach(this::touched);
    List<String> next = new ArrayList<>();
    PlanBlock round = inner(() -> round(name, loop, names, next, stacks));
    for (int i = 0; i < names.size(); i++) {
      carried.add(new Carried.Buffer(names.get(i), initial.get(i), next.get(i)));
      aliases.put(names.get(i), List.of(initial.get(i), next.get(i)));
    }
    // What a round uses of what was made before the loop, the next round uses again.
    int end = step++;
    for (Intermediate intermediate : intermediates.values()) {
      if (intermediate.first < begin && intermediate.last >= begin) {
        intermediate.last = Math.max(intermediate.last, end);
      }
    }
    HostValue goesOn = condition == null ? HostValue.of(IntExpr.of(1)) : HostValue.scalarOf(holds);
    block.add(
        end,
        placement ->
            new Instruction.Loop(
                loop.index(), loop.trips(), goesOn, carried, round.instructions(placement)));
    int first = condition == null ? 0 : 1;
    List<Value> values = new ArrayList<>();
    for (int i = 0; i < loop.params().size(); i++) {
      TensorType type = tensorType(loop.type().fields().get(i), name);
      defineSizes(names.get(first + i), type);
      values.add(new Value.Buffer(names.get(first + i), type));
    }
    for (int i = 0; i < stacks.size(); i++) {
      TensorType type = tensorType(loop.type().fields().get(loop.params().size() + i), name);
      String all = fresh(name + "_stacked" + i);
      add(new Instruction.EndStack(stacks.get(i), spec(all, type)));
      for (IntExpr dim : type.shape().dims()) {
        late.addAll(dim.symbols());
        bound.addAll(dim.symbols());
      }
      values.add(new Value.Buffer(all, type));
    }
    return new Value.Fields(values);
  }

  private void round(
      String name,
      GraphExpr.Loop loop,
      List<String> names,
      List<String> next,
      List<String> stacks) {
    late.add(loop.index());
    bound.add(loop.index());
    int first = loop.condition() == null ? 0 : 1;
    for (int i = 0; i < loop.params().size(); i++) {
      TensorType type = loop.params().get(i).tensorType();
      defineSizes(names.get(first + i), type);
      values.put(loop.params().get(i), new Value.Buffer(names.get(first + i), type));
    }
    bindings(loop.body());
    for (int i = 0; i < stacks.size(); i++) {
      String slice = named(loop.slices().get(i), name);
      touched(slice);
      add(new Instruction.Push(stacks.get(i), slice));
    }
    if (loop.condition() != null) {
      next.add(escaping(loop.body().results().get(0), name));
    }
    loop.next().forEach(value -> next.add(escaping(value, name)));
  }

  private Value callPacked(String name, GraphExpr.CallPacked call) {
    List<TensorSpec> inputs = new ArrayList<>();
    for (GraphExpr arg : call.args()) {
      Value.Buffer buffer = buffer(arg, name);
      inputs.add(spec(buffer.name, buffer.type));
      touched(buffer.name);
    }
    List<Value> outputs = new ArrayList<>();
    List<TensorSpec> specs = new ArrayList<>();
    for (int i = 0; i < call.outputs().size(); i++) {
      String output = fresh(call.outputs().size() == 1 ? name : name + "_" + i);
      TensorType type = call.outputs().get(i);
      specs.add(spec(output, type));
      for (IntExpr dim : type.shape().dims()) {
        late.addAll(dim.symbols()); // More than need be: some were known before.
        bound.addAll(dim.symbols());
      }
      outputs.add(new Value.Buffer(output, type));
    }
    add(new Instruction.ExternalCall(call.name(), inputs, specs, call.attributes()));
    return outputs.size() == 1 ? outputs.get(0) : new Value.Fields(outputs);
  }

  private Value.Buffer intermediate(String wanted, TensorType type) {
    String name = fresh(wanted);
    TensorSpec spec = spec(name, type);
    // Whose size is known only in the middle of a run has no place in the pool.
    boolean owned = spec.bytes().symbols().stream().anyMatch(late::contains);
    Intermediate intermediate = new Intermediate(spec, block, owned, step++);
    intermediates.put(name, intermediate);
    block.allocate(intermediate);
    return new Value.Buffer(name, type);
  }

  private void add(Instruction instruction) {
    block.add(step++, instruction);
  }

  /** Notes that the next instruction uses a buffer. */
  private PlanArgument touched(String buffer) {
    touch(buffer, step);
    return new PlanArgument.Buffer(buffer);
  }

  private void touch(String name, int position) {
    for (String buffer : meanings(name)) {
      Intermediate intermediate = intermediates.get(buffer);
      if (intermediate != null) {
        intermediate.last = Math.max(intermediate.last, position);
      }
    }
  }

  /** A name and all that it may stand for. */
  private Set<String> meanings(String name) {
    Set<String> all = new LinkedHashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(name));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (all.add(next)) {
        aliases.getOrDefault(next, List.of()).forEach(open::push);
      }
    }
    return all;
  }

  private String fresh(String wanted) {
    String name = wanted;
    for (int i = 1; !taken.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  /** Lays out the pool and writes the instructions. */
  private Result finish(List<TensorSpec> inputs, List<PlanOutput> outputs) {
    List<PoolLayout.Life> lives = new ArrayList<>();
    for (Intermediate i : intermediates.values()) {
      if (!i.owned) {
        lives.add(new PoolLayout.Life(i.spec.name(), i.spec.bytes(), i.first, i.last));
      }
    }
    PoolLayout layout = PoolLayout.of(lives);
    List<Instruction> instructions =
        outermost.instructions(
            intermediate -> {
              IntExpr offset = layout.offsets().get(intermediate.spec.name());
              Storage storage =
                  offset == null ? new Storage.Owned() : new Storage.Pooled(POOL, offset);
              return new Instruction.Allocate(intermediate.spec, storage);
            });
    List<MemoryPool> pools =
        lives.isEmpty() ? List.of() : List.of(new MemoryPool(POOL, layout.bytes()));
    return new Result(new LaunchPlan(inputs, constants, pools, instructions, outputs), weights);
  }
}
