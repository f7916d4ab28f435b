package dev.weft.runtime.exec;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Scalars;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceEvent;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.RunInterruptedException;
import dev.weft.runtime.exec.BoundBuffer.Claim;
import dev.weft.runtime.exec.BoundBuffer.LongShape;
import dev.weft.runtime.plan.Carried;
import dev.weft.runtime.plan.HostValue;
import dev.weft.runtime.plan.Instruction;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.MemoryPool;
import dev.weft.runtime.plan.PlanArgument;
import dev.weft.runtime.plan.PlanOutput;
import dev.weft.runtime.plan.Storage;
import dev.weft.runtime.plan.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One run of a plan: walks the instructions and enqueues. */
final class PlanRun {
  private final LaunchPlan plan;
  private final Device device;
  private final LoadedProgram program;
  private final Map<String, DeviceBuffer> constants;
  private final Map<String, Tensor> hostConstants;
  private final ExternalFunctions externals;
  private final Workspace workspace;
  private final DeviceQueue queue;
  private final @Nullable ExecutionProfile profile;
  private final List<Timed> timed = new ArrayList<>();

  /** A command whose time is asked for when the run is over. */
  private record Timed(ExecutionProfile.Kind kind, String name, String detail, DeviceEvent event) {}

  PlanRun(PlanExecutor.Loaded loaded, Workspace workspace, @Nullable ExecutionProfile profile) {
    this.plan = loaded.plan();
    this.device = loaded.device();
    this.program = loaded.program();
    this.constants = loaded.constants();
    this.hostConstants = loaded.hostConstants();
    this.externals = loaded.externals();
    this.workspace = workspace;
    this.profile = profile;
    this.queue = workspace.queue(profile != null);
  }

  /** Runs the plan; afterwards, however it ended, the device is done with the inputs' memory. */
  Map<String, Tensor> run(Map<String, Tensor> inputs) {
    return run(inputs, true, true);
  }

  /**
   * Runs the plan.
   *
   * @param uploads false if the workspace has these inputs from its last run
   * @param downloads whether the outputs are wanted; if not, the result is empty
   */
  Map<String, Tensor> run(Map<String, Tensor> inputs, boolean uploads, boolean downloads) {
    Map<String, Tensor> results = new LinkedHashMap<>();
    boolean done = false;
    try (Scope scope = Scope.outermost(InputBinding.bind(plan.inputs(), inputs))) {
      for (MemoryPool pool : plan.pools()) {
        workspace.reservePool(pool.name(), pool.bytes().evaluate(scope.sizes()));
      }
      try {
        defineInputs(scope, inputs, uploads);
        defineConstants(scope);
        block(scope, plan.body());
        if (downloads) {
          for (PlanOutput output : plan.outputs()) {
            results.put(output.tensor().name(), result(scope, output));
          }
        }
        queue.finish();
        recordTimes();
        done = true;
      } finally {
        if (!done) {
          settle();
        }
      }
    } finally {
      timed.forEach(each -> each.event().close());
      if (!done) {
        results.values().forEach(Tensor::close);
      }
      java.lang.ref.Reference.reachabilityFence(inputs);
    }
    return results;
  }

  /** After an error: waits for what was enqueued; what fails now is not the first error. */
  private void settle() {
    try {
      queue.finish();
    } catch (RuntimeException e) {
      // The error that led here is under way to the caller.
    }
  }

  private void recordTimes() {
    if (profile != null) {
      for (Timed each : timed) {
        profile.add(
            new ExecutionProfile.Entry(
                each.kind(), each.name(), each.detail(), each.event().durationNanos()));
      }
    }
  }

  private void enqueued(ExecutionProfile.Kind kind, String name, String detail, DeviceEvent event) {
    if (profile == null) {
      event.close();
    } else {
      timed.add(new Timed(kind, name, detail, event));
    }
  }

  private void defineInputs(Scope scope, Map<String, Tensor> inputs, boolean uploads) {
    for (TensorSpec spec : plan.inputs()) {
      Tensor tensor = inputs.get(spec.name());
      if (tensor == null) {
        throw new IllegalStateException("the inputs were checked");
      }
      DeviceBuffer buffer = workspace.input(spec.name(), tensor.bytes());
      if (uploads) {
        upload(spec.name(), buffer, tensor.data());
      }
      scope.define(
          spec.name(),
          new BoundBuffer(buffer, spec.dtype(), LongShape.of(tensor.shape()), Claim.none()));
    }
  }

  private void upload(String name, DeviceBuffer buffer, MemorySegment data) {
    enqueued(
        ExecutionProfile.Kind.WRITE,
        name,
        data.byteSize() + " bytes",
        queue.write(buffer, 0, data, List.of()));
  }

  private void defineConstants(Scope scope) {
    for (TensorSpec spec : plan.constants()) {
      DeviceBuffer buffer = constants.get(spec.name());
      if (buffer == null) {
        throw new IllegalStateException("all constants were uploaded");
      }
      scope.define(
          spec.name(),
          new BoundBuffer(
              buffer, spec.dtype(), LongShape.of(spec.shape().toLongs()), Claim.none()));
    }
  }

  private Tensor result(Scope scope, PlanOutput output) {
    TensorSpec spec = output.tensor();
    BoundBuffer buffer = scope.buffer(output.buffer());
    Tensor tensor = Tensor.allocate(spec.dtype(), shape(scope, spec));
    try {
      if (tensor.bytes() != buffer.memory().bytes()) {
        throw new DeviceException(
            "it has "
                + tensor.bytes()
                + " bytes, its buffer '"
                + output.buffer()
                + "' "
                + buffer.memory().bytes(),
            "output '" + spec.name() + "'",
            "the plan was made wrongly: compile the model again");
      }
      enqueued(
          ExecutionProfile.Kind.READ,
          spec.name(),
          tensor.bytes() + " bytes",
          queue.read(buffer.memory(), 0, tensor.data(), List.of()));
      return tensor;
    } catch (RuntimeException e) {
      settle();
      tensor.close();
      throw e;
    }
  }

  private void block(Scope scope, List<Instruction> body) {
    for (Instruction instruction : body) {
      execute(scope, instruction);
    }
  }

  private void execute(Scope scope, Instruction instruction) {
    switch (instruction) {
      case Instruction.Allocate(TensorSpec tensor, Storage storage) ->
          allocate(scope, tensor, storage);
      case Instruction.Launch launch -> launch(scope, launch);
      case Instruction.Copy copy -> copy(scope, copy);
      case Instruction.ShapeCompute(String size, HostValue value) ->
          scope.define(size, evaluate(scope, value));
      case Instruction.Check check -> check(scope, check);
      case Instruction.Alias(String name, String source, Shape shape) ->
          scope.define(name, viewed(scope, scope.buffer(source), shape));
      case Instruction.BeginStack(String stack, DType dtype, IntExpr expected) ->
          scope.define(stack, new SliceStack(workspace, queue, expected.evaluate(scope.sizes())));
      case Instruction.Push(String stack, String buffer) ->
          scope.stack(stack).push(scope.buffer(buffer), stack);
      case Instruction.EndStack(String stack, TensorSpec result) ->
          endStack(scope, scope.stack(stack), result);
      case Instruction.Branch branch -> branch(scope, branch);
      case Instruction.Loop loop -> loop(scope, loop);
      case Instruction.ExternalCall call -> external(scope, call);
      case Instruction.Free(String name) -> scope.free(name);
    }
  }

  private static BoundBuffer viewed(Scope scope, BoundBuffer buffer, @Nullable Shape shape) {
    if (shape == null) {
      return buffer;
    }
    LongShape dims = LongShape.of(shape.evaluate(scope.sizes()));
    return new BoundBuffer(buffer.memory(), buffer.dtype(), dims, buffer.claim());
  }

  private void allocate(Scope scope, TensorSpec tensor, Storage storage) {
    long[] shape = shape(scope, tensor);
    long bytes = tensor.bytes().evaluate(scope.sizes());
    switch (storage) {
      case Storage.Pooled(String pool, IntExpr offset) ->
          scope.define(
              tensor.name(),
              new BoundBuffer(
                  workspace.view(pool, offset.evaluate(scope.sizes()), bytes),
                  tensor.dtype(),
                  LongShape.of(shape),
                  Claim.none()));
      case Storage.Owned() -> scope.define(tensor.name(), owned(tensor.dtype(), shape, bytes));
    }
  }

  private BoundBuffer owned(DType dtype, long[] shape, long bytes) {
    return workspace.owned(dtype, shape, bytes);
  }

  private void launch(Scope scope, Instruction.Launch launch) {
    LaunchConfig config = geometry(scope, launch);
    List<KernelArgument> arguments = new ArrayList<>(launch.arguments().size());
    for (PlanArgument argument : launch.arguments()) {
      arguments.add(
          switch (argument) {
            case PlanArgument.Buffer(String name) -> KernelArgument.of(scope.buffer(name).memory());
            case PlanArgument.Size(IntExpr value) ->
                KernelArgument.of(value.evaluate(scope.sizes()));
            case PlanArgument.Real(double value) -> KernelArgument.of(value);
          });
    }
    enqueued(
        ExecutionProfile.Kind.KERNEL,
        launch.kernel(),
        config.toString(),
        queue.launch(program.kernel(launch.kernel()), config, arguments));
  }

  private LaunchConfig geometry(Scope scope, Instruction.Launch launch) {
    try {
      return launch.geometry().evaluate(scope.sizes());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new LaunchException(
          "the geometry is impossible for the sizes " + scope.sizes() + ": " + e.getMessage(),
          device.info().name() + ", kernel '" + launch.kernel() + "'",
          "check the shapes of the inputs",
          e);
    }
  }

  /** A tensor's shape under the sizes that are known now. */
  private static long[] shape(Scope scope, TensorSpec tensor) {
    long[] shape = tensor.shape().evaluate(scope.sizes());
    for (long dim : shape) {
      if (dim < 0) {
        throw new InputException(
            "the tensor '"
                + tensor.name()
                + "' would have the shape "
                + Arrays.toString(shape)
                + " for the sizes "
                + scope.sizes(),
            "",
            "give larger inputs");
      }
    }
    return shape;
  }

  private void copy(Scope scope, Instruction.Copy copy) {
    Map<String, Long> sizes = scope.sizes();
    long bytes = copy.bytes().evaluate(sizes);
    enqueued(
        ExecutionProfile.Kind.COPY,
        copy.target(),
        bytes + " bytes",
        queue.copy(
            scope.buffer(copy.source()).memory(),
            copy.sourceOffset().evaluate(sizes),
            scope.buffer(copy.target()).memory(),
            copy.targetOffset().evaluate(sizes),
            bytes,
            List.of()));
  }

  private long evaluate(Scope scope, HostValue value) {
    return switch (value) {
      case HostValue.Expression(IntExpr expression) -> expression.evaluate(scope.sizes());
      case HostValue.Dimension(String name, int axis) ->
          scope.buffer(name).shape().dims().get(axis);
      case HostValue.Element(String name, IntExpr index) -> {
        BoundBuffer buffer = scope.buffer(name);
        DType dtype = buffer.dtype();
        long offset = Math.multiplyExact(index.evaluate(scope.sizes()), (long) dtype.bytes());
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment element = arena.allocate(dtype.bytes(), 8);
          try (DeviceEvent event = queue.read(buffer.memory(), offset, element, List.of())) {
            event.await();
          }
          yield Scalars.getInt(dtype, element, 0);
        }
      }
    };
  }

  private static void endStack(Scope scope, SliceStack stack, TensorSpec spec) {
    long[] shape = stack.shape(spec, scope.sizes());
    String where = "'" + spec.name() + "'";
    InputBinding.defineSizes(where, spec, shape, scope.sizes());
    InputBinding.checkShape(where, spec, shape, scope.sizes());
    scope.define(spec.name(), stack.finish(spec.dtype(), shape));
  }

  private static void check(Scope scope, Instruction.Check check) {
    if (check.condition().evaluate(scope.sizes()) == 0) {
      Map<String, Long> sizes = new TreeMap<>();
      check.condition().symbols().forEach(name -> sizes.put(name, scope.size(name)));
      throw new InputException(
          check.otherwise() + (sizes.isEmpty() ? "" : ", here " + sizes),
          check.where(),
          "check the model's inputs");
    }
  }

  private void branch(Scope scope, Instruction.Branch branch) {
    boolean taken = evaluate(scope, branch.condition()) != 0;
    Set<String> buffers = branch.definedBuffers();
    Set<String> sizes = branch.definedSizes();
    try (Scope arm = scope.inner()) {
      block(arm, taken ? branch.then() : branch.otherwise());
      buffers.forEach(name -> scope.define(name, arm.buffer(name)));
      sizes.forEach(name -> scope.define(name, arm.size(name)));
    }
  }

  /** The values that the carried names stand for; buffers hold a name each while they are here. */
  private static final class CarriedValues implements AutoCloseable {
    private final Map<String, BoundBuffer> buffers = new LinkedHashMap<>();
    private final Map<String, Long> sizes = new LinkedHashMap<>();

    void put(String name, BoundBuffer buffer) {
      buffer.claim().add();
      buffers.put(name, buffer);
    }

    void define(Scope scope) {
      buffers.forEach(scope::define);
      sizes.forEach(scope::define);
    }

    @Override
    public void close() {
      buffers.values().forEach(buffer -> buffer.claim().drop());
    }
  }

  private void loop(Scope scope, Instruction.Loop loop) {
    long trips = loop.trips().evaluate(scope.sizes());
    CarriedValues values = new CarriedValues();
    try {
      for (Carried carried : loop.carried()) {
        switch (carried) {
          case Carried.Buffer(String name, String initial, String next) ->
              values.put(name, scope.buffer(initial));
          case Carried.Size(String name, IntExpr initial, IntExpr next) ->
              values.sizes.put(name, initial.evaluate(scope.sizes()));
        }
      }
      for (long index = 0; index < trips; index++) {
        if (Thread.currentThread().isInterrupted()) {
          throw new RunInterruptedException(
              "the run was interrupted",
              "round " + index + " of " + trips + " of a loop",
              "run it again; a loop's number of rounds and its condition are the model's");
        }
        try (Scope iteration = scope.inner()) {
          iteration.define(loop.index(), index);
          values.define(iteration);
          if (evaluate(iteration, loop.condition()) == 0) {
            break;
          }
          block(iteration, loop.body());
          CarriedValues next = next(iteration, loop);
          values.close();
          values = next;
        }
      }
      values.define(scope);
    } finally {
      values.close();
    }
  }

  private static CarriedValues next(Scope iteration, Instruction.Loop loop) {
    CarriedValues values = new CarriedValues();
    // Sizes first: their evaluation may fail, and then no buffer has been claimed.
    for (Carried carried : loop.carried()) {
      if (carried instanceof Carried.Size(String name, IntExpr initial, IntExpr next)) {
        values.sizes.put(name, next.evaluate(iteration.sizes()));
      }
    }
    for (Carried carried : loop.carried()) {
      if (carried instanceof Carried.Buffer(String name, String initial, String next)) {
        values.put(name, iteration.buffer(next));
      }
    }
    return values;
  }

  private void external(Scope scope, Instruction.ExternalCall call) {
    ExternalFunction function = externals.get(call.function());
    List<Tensor> inputs = new ArrayList<>();
    List<Tensor> own = new ArrayList<>();
    List<Tensor> results = List.of();
    try {
      for (TensorSpec input : call.inputs()) {
        long[] shape = shape(scope, input);
        Tensor constant = hostConstants.get(input.name());
        if (constant != null) {
          inputs.add(constant.reshaped(shape));
          continue;
        }
        BoundBuffer buffer = scope.buffer(input.name());
        Tensor tensor = Tensor.allocate(buffer.dtype(), shape);
        inputs.add(tensor);
        own.add(tensor);
        try (DeviceEvent event = queue.read(buffer.memory(), 0, tensor.data(), List.of())) {
          event.await();
        }
      }
      long start = System.nanoTime();
      results = function.call(List.copyOf(inputs), call.attributes());
      if (profile != null) {
        profile.add(
            new ExecutionProfile.Entry(
                ExecutionProfile.Kind.EXTERNAL,
                call.function(),
                inputs.toString(),
                System.nanoTime() - start));
      }
      define(scope, call, results);
    } finally {
      settle();
      own.forEach(Tensor::close);
      // A function may hand one of its inputs back.
      results.stream().filter(result -> !inputs.contains(result)).forEach(Tensor::close);
    }
  }

  private void define(Scope scope, Instruction.ExternalCall call, List<Tensor> results) {
    String where = "external function '" + call.function() + "'";
    if (results.size() != call.outputs().size()) {
      throw new InputException(
          "it gave " + results.size() + " tensors, the model takes " + call.outputs().size(),
          where,
          "mend the function");
    }
    for (int i = 0; i < results.size(); i++) {
      InputBinding.defineSizes(where, call.outputs().get(i), results.get(i).shape(), scope.sizes());
    }
    for (int i = 0; i < results.size(); i++) {
      TensorSpec spec = call.outputs().get(i);
      Tensor result = results.get(i);
      if (!result.dtype().equals(spec.dtype())) {
        throw new InputException(
            "it gave "
                + result.dtype()
                + " for '"
                + spec.name()
                + "', the model takes "
                + spec.dtype(),
            where,
            "mend the function");
      }
      InputBinding.checkShape(
          where + ", '" + spec.name() + "'", spec, result.shape(), scope.sizes());
      BoundBuffer buffer = owned(spec.dtype(), result.shape(), result.bytes());
      scope.define(spec.name(), buffer);
      upload(spec.name(), buffer.memory(), result.data());
    }
  }
}
