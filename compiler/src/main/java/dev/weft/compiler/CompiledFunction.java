package dev.weft.compiler;

import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.LaunchArgument;
import dev.weft.lowering.PassTrace;
import dev.weft.lowering.Workspace;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceEvent;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.QueueMode;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One TensorIR function compiled and loaded on a device, for tests and benchmarks: {@link #bind}
 * puts the arguments on the device, {@link Bound#launch} runs the kernels, {@link Bound#readInto}
 * gets an argument back.
 */
public final class CompiledFunction implements AutoCloseable {
  private final Device device;
  private final KernelPlan plan;
  private final GeneratedProgram generated;
  private final LoadedProgram program;
  private final boolean ownsProgram;

  private CompiledFunction(
      Device device,
      KernelPlan plan,
      GeneratedProgram generated,
      LoadedProgram program,
      boolean ownsProgram) {
    this.device = device;
    this.plan = plan;
    this.generated = generated;
    this.program = program;
    this.ownsProgram = ownsProgram;
  }

  /**
   * Compiles a function, scheduled or not, for a device that stays the caller's.
   *
   * @throws dev.weft.base.WeftException if it can't be lowered or compiled
   */
  public static CompiledFunction compile(PrimFunc function, Device device) {
    Target target = DeviceTargets.of(device.info());
    Backend backend = Backend.of(target);
    KernelPlan plan = backend.plan(function.globalSymbol("main"), function, target, PassTrace.NONE);
    return load(plan, backend.generate(List.of(plan), target), device);
  }

  /** Loads what was lowered and generated elsewhere. */
  public static CompiledFunction load(KernelPlan plan, GeneratedProgram generated, Device device) {
    return new CompiledFunction(device, plan, generated, device.load(generated.image()), true);
  }

  /**
   * One function of a program that holds several.
   *
   * @param program what {@code generated} became on the device; stays the caller's
   */
  public static CompiledFunction of(
      KernelPlan plan, GeneratedProgram generated, LoadedProgram program, Device device) {
    return new CompiledFunction(device, plan, generated, program, false);
  }

  /** The source or binary. */
  public GeneratedProgram generated() {
    return generated;
  }

  /**
   * Runs once: copies the arguments to the device, launches, and copies those back that the
   * function writes.
   *
   * @param tensors one a buffer parameter, in order
   * @return what each launch counted; see {@link Bound#launch}
   */
  public List<Map<String, Long>> run(List<Tensor> tensors) {
    return run(tensors, Map.of());
  }

  /**
   * As {@link #run(List)}, with values for the scalar parameters.
   *
   * @param scalars the integer parameters that are no buffers, by name
   */
  public List<Map<String, Long>> run(List<Tensor> tensors, Map<String, Long> scalars) {
    try (Bound bound = bind(tensors, scalars)) {
      List<Map<String, Long>> counters = bound.launch();
      // Nothing else: what is only read may lie in memory that can't be written.
      for (int i : written()) {
        bound.readInto(i, tensors.get(i));
      }
      return counters;
    }
  }

  /** The buffer parameters, by position, that some launch writes. */
  private Set<Integer> written() {
    Map<String, KernelSpec> specs = new HashMap<>();
    generated.image().kernels().forEach(spec -> specs.put(spec.name(), spec));
    Set<Integer> written = new TreeSet<>();
    for (Launch launch : plan.launches()) {
      KernelSpec spec = specs.get(generated.kernelName(launch.kernel()));
      for (int i = 0; i < launch.arguments().size(); i++) {
        boolean read =
            spec != null
                && spec.params().get(i) instanceof KernelParam.Buffer param
                && param.access() == KernelParam.Access.READ;
        if (!read && launch.arguments().get(i) instanceof LaunchArgument.FunctionBuffer(int at)) {
          written.add(at);
        }
      }
    }
    return written;
  }

  /** Puts arguments on the device. */
  public Bound bind(List<Tensor> tensors) {
    return bind(tensors, Map.of());
  }

  /**
   * Puts arguments on the device, with values for the scalar parameters.
   *
   * @param scalars the integer parameters that are no buffers, by name
   */
  public Bound bind(List<Tensor> tensors, Map<String, Long> scalars) {
    return new Bound(tensors, scalars);
  }

  @Override
  public void close() {
    if (ownsProgram) {
      program.close();
    }
  }

  /** The function with its arguments in device memory. */
  public final class Bound implements AutoCloseable {
    private final List<DeviceBuffer> buffers = new ArrayList<>();
    private final List<DeviceBuffer> workspaces = new ArrayList<>();
    private final List<Prepared> launches = new ArrayList<>();
    private final DeviceQueue queue;

    /** Made when it is first needed: taking times costs time. */
    private @Nullable DeviceQueue timedQueue;

    private Bound(List<Tensor> tensors, Map<String, Long> scalars) {
      Map<String, Long> sizes = sizes(tensors, scalars);
      boolean done = false;
      queue = device.queue(QueueMode.IN_ORDER);
      try {
        for (Tensor tensor : tensors) {
          DeviceBuffer buffer = device.allocate(tensor.bytes());
          buffers.add(buffer);
          buffer.write(0, tensor.data());
        }
        PureOutputs.of(plan.function()).forEach(i -> buffers.get(i).discard());
        for (Workspace workspace : plan.workspaces()) {
          workspaces.add(device.allocate(workspace.bytes().evaluate(sizes)));
        }
        for (Launch launch : plan.launches()) {
          launches.add(prepare(launch, sizes));
        }
        done = true;
      } finally {
        if (!done) {
          close();
        }
      }
    }

    private Prepared prepare(Launch launch, Map<String, Long> sizes) {
      List<KernelArgument> arguments = new ArrayList<>();
      for (LaunchArgument argument : launch.arguments()) {
        arguments.add(
            switch (argument) {
              case LaunchArgument.FunctionBuffer(int i) -> KernelArgument.of(buffers.get(i));
              case LaunchArgument.WorkspaceBuffer(int i) -> KernelArgument.of(workspaces.get(i));
              case LaunchArgument.Size(IntExpr value) -> KernelArgument.of(value.evaluate(sizes));
            });
      }
      return new Prepared(
          program.kernel(generated.kernelName(launch.kernel())),
          launch.geometry().evaluate(sizes),
          arguments);
    }

    /**
     * Launches all kernels and waits for them.
     *
     * @return what each launch counted, by name; empty maps for a device that counts nothing
     */
    public List<Map<String, Long>> launch() {
      List<DeviceEvent> events = new ArrayList<>();
      try {
        for (Prepared prepared : launches) {
          events.add(queue.launch(prepared.kernel, prepared.config, prepared.arguments));
        }
        queue.finish();
        return events.stream().map(DeviceEvent::counters).toList();
      } finally {
        events.forEach(DeviceEvent::close);
      }
    }

    /** Launches all kernels and gives the time that they took on the device, in seconds. */
    public double launchTimed() {
      DeviceQueue timed = timedQueue;
      if (timed == null) {
        timed = device.queue(QueueMode.IN_ORDER.timed());
        timedQueue = timed;
      }
      long nanos = 0;
      for (Prepared prepared : launches) {
        try (DeviceEvent event =
            timed.launch(prepared.kernel, prepared.config, prepared.arguments)) {
          event.await();
          nanos += event.durationNanos();
        }
      }
      return nanos / 1e9;
    }

    /** Copies an argument back from the device. */
    public void readInto(int index, Tensor target) {
      buffers.get(index).read(0, target.data());
    }

    @Override
    public void close() {
      queue.close();
      if (timedQueue != null) {
        timedQueue.close();
      }
      buffers.forEach(DeviceBuffer::close);
      workspaces.forEach(DeviceBuffer::close);
    }
  }

  private record Prepared(
      dev.weft.runtime.DeviceKernel kernel,
      dev.weft.runtime.LaunchConfig config,
      List<KernelArgument> arguments) {}

  private Map<String, Long> sizes(List<Tensor> tensors, Map<String, Long> scalars) {
    List<Buffer> params = plan.function().paramBuffers();
    if (params.size() != tensors.size()) {
      throw new InputException(
          tensors.size() + " tensors for " + params.size() + " buffers " + params, plan.name(), "");
    }
    Map<String, Long> sizes = new HashMap<>(scalars);
    for (int i = 0; i < params.size(); i++) {
      List<Expr> shape = params.get(i).shape();
      for (int d = 0; d < shape.size(); d++) {
        if (shape.get(d) instanceof Var size) {
          sizes.putIfAbsent(size.name(), tensors.get(i).shape()[d]);
        }
      }
    }
    for (Var param : plan.function().params()) {
      boolean open = !plan.function().bufferMap().containsKey(param);
      if (open && !sizes.containsKey(param.name())) {
        throw new InputException(
            "the scalar parameter '" + param.name() + "' has no value", plan.name(), "");
      }
    }
    return sizes;
  }
}
