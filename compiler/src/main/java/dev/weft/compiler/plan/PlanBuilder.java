package dev.weft.compiler.plan;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.compiler.CompileException;
import dev.weft.graph.Binding;
import dev.weft.graph.BindingBlock;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphVar;
import dev.weft.graph.SizeLogic;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Reshape;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.LaunchArgument;
import dev.weft.lowering.Workspace;
import dev.weft.runtime.plan.HostValue;
import dev.weft.runtime.plan.Instruction;
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.MemoryPool;
import dev.weft.runtime.plan.PlanArgument;
import dev.weft.runtime.plan.PlanOutput;
import dev.weft.runtime.plan.Storage;
import dev.weft.runtime.plan.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
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

  /** What is written so far; buffers of the pool are allocated by {@link #finish}. */
  private final List<Instruction> body = new ArrayList<>();

  private final Map<String, Intermediate> intermediates = new LinkedHashMap<>();

  /** What a variable of the graph stands for. */
  private sealed interface Value {
    /** A tensor in a buffer; reshaped ones share their source's. */
    record Buffer(String name, TensorType type) implements Value {}

    /** Nothing that lies in memory: what sizes are bound to. */
    record Sizes() implements Value {}

    /** Several. */
    record Fields(List<Value> fields) implements Value {}
  }

  /** A buffer of the pool: the instructions that touch it, by position. */
  private static final class Intermediate {
    final TensorSpec spec;
    final int first;
    int last;

    Intermediate(TensorSpec spec, int first) {
      this.spec = spec;
      this.first = first;
      this.last = first;
    }
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
      values.put(param, new Value.Buffer(spec.name(), param.tensorType()));
    }
    for (BindingBlock block : function.body().blocks()) {
      for (Binding binding : block.bindings()) {
        values.put(binding.var(), value(binding));
      }
    }
    List<PlanOutput> outputs = new ArrayList<>();
    for (int i = 0; i < function.resultNames().size(); i++) {
      Value.Buffer result = buffer(function.body().results().get(i), "the result");
      touch(result.name, Integer.MAX_VALUE);
      outputs.add(new PlanOutput(spec(function.resultNames().get(i), result.type), result.name));
    }
    return finish(inputs, outputs);
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
      case GraphExpr.If choice -> throw refuse(name, "a choice (If)");
      case GraphExpr.Loop loop -> throw refuse(name, "a loop (Loop)");
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
      return new Value.Buffer(buffer(call.args().get(0), name).name, type);
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
      body.add(new Instruction.Launch(kernel, arguments, substitute(launch.geometry(), sizes)));
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
      touch(buffer, body.size());
      body.add(
          new Instruction.ShapeCompute(read.name(), new HostValue.Element(buffer, read.index())));
      late.add(read.name());
    }
    for (GraphExpr.BindSizes.Size size : bind.sizes()) {
      body.add(new Instruction.ShapeCompute(size.symbol(), HostValue.of(size.value())));
      late.add(size.symbol());
    }
    for (GraphExpr.BindSizes.Check check : bind.checks()) {
      body.add(new Instruction.Check(check.condition(), check.otherwise(), bind.where()));
    }
    for (GraphExpr.BindSizes.Size size : bind.sizes()) {
      IntExpr symbol = IntExpr.symbol(size.symbol());
      body.add(
          new Instruction.Check(
              SizeLogic.atLeast(symbol, 0), "the size '" + symbol + "' is negative", bind.where()));
    }
    return new Value.Sizes();
  }

  private Value callPacked(String name, GraphExpr.CallPacked call) {
    List<String> inputs = new ArrayList<>();
    for (GraphExpr arg : call.args()) {
      inputs.add(buffer(arg, name).name);
    }
    inputs.forEach(input -> touch(input, body.size()));
    List<Value> outputs = new ArrayList<>();
    List<TensorSpec> specs = new ArrayList<>();
    for (int i = 0; i < call.outputs().size(); i++) {
      String output = fresh(call.outputs().size() == 1 ? name : name + "_" + i);
      TensorType type = call.outputs().get(i);
      specs.add(spec(output, type));
      for (IntExpr dim : type.shape().dims()) {
        late.addAll(dim.symbols()); // More than need be: some were known before.
      }
      outputs.add(new Value.Buffer(output, type));
    }
    body.add(new Instruction.ExternalCall(call.name(), inputs, specs, Map.of()));
    return outputs.size() == 1 ? outputs.get(0) : new Value.Fields(outputs);
  }

  private Value.Buffer intermediate(String wanted, TensorType type) {
    String name = fresh(wanted);
    intermediates.put(name, new Intermediate(spec(name, type), body.size()));
    return new Value.Buffer(name, type);
  }

  private PlanArgument touched(String buffer) {
    touch(buffer, body.size());
    return new PlanArgument.Buffer(buffer);
  }

  private void touch(String buffer, int position) {
    Intermediate intermediate = intermediates.get(buffer);
    if (intermediate != null) {
      intermediate.last = Math.max(intermediate.last, position);
    }
  }

  private String fresh(String wanted) {
    String name = wanted;
    for (int i = 1; !taken.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }

  /** Whether a buffer's size is known only in the middle of a run: it gets memory of its own. */
  private boolean isLate(Intermediate intermediate) {
    return intermediate.spec.bytes().symbols().stream().anyMatch(late::contains);
  }

  /** Lays out the pool and puts each allocation before its buffer's first use. */
  private Result finish(List<TensorSpec> inputs, List<PlanOutput> outputs) {
    List<PoolLayout.Life> lives = new ArrayList<>();
    Map<Integer, List<Instruction>> frees = new HashMap<>();
    for (Intermediate i : intermediates.values()) {
      if (isLate(i)) {
        if (i.last < body.size()) {
          frees
              .computeIfAbsent(i.last, at -> new ArrayList<>())
              .add(new Instruction.Free(i.spec.name()));
        }
        continue;
      }
      lives.add(new PoolLayout.Life(i.spec.name(), i.spec.bytes(), i.first, i.last));
    }
    PoolLayout layout = PoolLayout.of(lives);
    Map<Integer, List<Instruction>> allocations = new HashMap<>();
    for (Intermediate i : intermediates.values()) {
      IntExpr offset = layout.offsets().get(i.spec.name());
      Storage storage = offset == null ? new Storage.Owned() : new Storage.Pooled(POOL, offset);
      allocations
          .computeIfAbsent(i.first, at -> new ArrayList<>())
          .add(new Instruction.Allocate(i.spec, storage));
    }
    List<Instruction> instructions = new ArrayList<>();
    for (int at = 0; at <= body.size(); at++) {
      instructions.addAll(allocations.getOrDefault(at, List.of()));
      if (at < body.size()) {
        instructions.add(body.get(at));
        instructions.addAll(frees.getOrDefault(at, List.of()));
      }
    }
    List<MemoryPool> pools =
        lives.isEmpty() ? List.of() : List.of(new MemoryPool(POOL, layout.bytes()));
    return new Result(new LaunchPlan(inputs, constants, pools, instructions, outputs), weights);
  }
}
