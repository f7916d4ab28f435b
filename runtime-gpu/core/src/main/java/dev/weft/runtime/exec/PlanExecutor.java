package dev.weft.runtime.exec;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.RunInterruptedException;
import dev.weft.runtime.artifact.Artifact;
import dev.weft.runtime.artifact.Weights;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.PlanException;
import dev.weft.runtime.plan.Signature;
import dev.weft.runtime.plan.TensorSpec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A compiled model on a device, ready to run. May be shared by threads: each run that is under way
 * has a queue and memory of its own, which later runs use again; program and weights are shared.
 *
 * <p>A run that fails leaves no device memory behind, and the executor usable.
 */
public final class PlanExecutor implements AutoCloseable {
  private final Loaded loaded;
  private final ConcurrentLinkedDeque<Workspace> idle = new ConcurrentLinkedDeque<>();

  /** Shared by runs, held alone by {@link #close}. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private final boolean ownsProgram;
  private boolean closed;

  /**
   * What all runs share.
   *
   * @param hostConstants what external functions read, which they get without a transfer
   */
  record Loaded(
      Device device,
      LaunchPlan plan,
      LoadedProgram program,
      Map<String, DeviceBuffer> constants,
      Map<String, Tensor> hostConstants,
      ExternalFunctions externals) {}

  private PlanExecutor(Loaded loaded, boolean ownsProgram) {
    this.loaded = loaded;
    this.ownsProgram = ownsProgram;
  }

  /**
   * Loads what an artifact has for a device.
   *
   * @param device stays the caller's; close the executor first
   * @param artifact may be closed once this returns
   * @throws InputException if the artifact has nothing for this kind of device
   */
  public static PlanExecutor open(Device device, Artifact artifact, ExternalFunctions externals) {
    Artifact.Selection selection = artifact.select(device);
    return open(device, selection.program(), selection.plan(), artifact.weights(), externals);
  }

  /**
   * Loads a program and uploads the plan's constants.
   *
   * @param device stays the caller's; close the executor first
   * @param weights may be closed once this returns
   * @throws PlanException if the plan launches what the program hasn't
   * @throws InputException if the weights lack a constant or have another dtype or shape for it
   */
  public static PlanExecutor open(
      Device device,
      ProgramImage program,
      LaunchPlan plan,
      Weights weights,
      ExternalFunctions externals) {
    plan.checkAgainst(program);
    LoadedProgram loadedProgram = device.load(program);
    boolean done = false;
    try {
      Loaded loaded = upload(device, loadedProgram, plan, weights, externals);
      done = true;
      return new PlanExecutor(loaded, true);
    } finally {
      if (!done) {
        loadedProgram.close();
      }
    }
  }

  /**
   * Uploads the plan's constants, for a program that several plans use.
   *
   * @param device stays the caller's; close the executor first
   * @param program stays the caller's; close the executor first
   * @param weights may be closed once this returns
   * @throws PlanException if the plan launches what the program hasn't
   * @throws InputException if the weights lack a constant or have another dtype or shape for it
   */
  public static PlanExecutor open(
      Device device,
      LoadedProgram program,
      LaunchPlan plan,
      Weights weights,
      ExternalFunctions externals) {
    plan.checkAgainst(program.image());
    return new PlanExecutor(upload(device, program, plan, weights, externals), false);
  }

  private static Loaded upload(
      Device device,
      LoadedProgram program,
      LaunchPlan plan,
      Weights weights,
      ExternalFunctions externals) {
    Map<String, DeviceBuffer> constants = new LinkedHashMap<>();
    Map<String, Tensor> hostConstants = new HashMap<>();
    Set<String> wanted = new HashSet<>();
    plan.externalCalls().forEach(call -> call.inputs().forEach(input -> wanted.add(input.name())));
    boolean done = false;
    try {
      for (TensorSpec spec : plan.constants()) {
        Tensor tensor = weights.get(spec.name());
        checkConstant(spec, tensor);
        DeviceBuffer buffer = device.allocate(tensor.bytes());
        constants.put(spec.name(), buffer);
        buffer.write(0, tensor.data());
        if (wanted.contains(spec.name())) {
          hostConstants.put(spec.name(), tensor.copy());
        }
      }
      done = true;
      return new Loaded(device, plan, program, constants, hostConstants, externals);
    } finally {
      if (!done) {
        constants.values().forEach(DeviceBuffer::close);
        hostConstants.values().forEach(Tensor::close);
      }
    }
  }

  private static void checkConstant(TensorSpec spec, Tensor tensor) {
    if (!tensor.dtype().equals(spec.dtype())
        || !Arrays.equals(tensor.shape(), spec.shape().toLongs())) {
      throw new InputException(
          "they are " + tensor + ", the plan takes " + spec,
          "weights '" + spec.name() + "'",
          "compile the model again");
    }
  }

  /** The device. */
  public Device device() {
    return loaded.device();
  }

  /** What runs. */
  public LaunchPlan plan() {
    return loaded.plan();
  }

  /** What {@link #run} takes and gives. */
  public Signature signature() {
    return loaded.plan().signature();
  }

  /** The program, for its kernels' resources and build log. */
  public LoadedProgram program() {
    return loaded.program();
  }

  /**
   * Runs the model.
   *
   * @param inputs a tensor for each input by name; they stay the caller's
   * @return a new tensor for each output by name, in the model's order; the caller closes them
   * @throws InputException if the inputs don't fit
   * @throws RunInterruptedException if the thread is interrupted while a loop of the model runs
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    return run(inputs, null);
  }

  /** {@link #run(Map)} that adds each command's time on the device to a profile. */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, @Nullable ExecutionProfile profile) {
    lock.readLock().lock();
    try {
      checkOpen();
      Workspace taken = idle.poll();
      Workspace workspace = taken == null ? new Workspace(loaded.device()) : taken;
      boolean done = false;
      try {
        Map<String, Tensor> results = new PlanRun(loaded, workspace, profile).run(inputs);
        done = true;
        return results;
      } finally {
        if (done) {
          idle.push(workspace);
        } else {
          workspace.close();
        }
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * The model with inputs that stay on the device, for runs without transfers: what benchmarks
   * measure, and what a caller wants who reads the outputs of few runs.
   *
   * @param inputs a tensor for each input by name; they stay the caller's and open while the result
   *     is in use
   * @return close it before the executor
   */
  public ResidentRun resident(Map<String, Tensor> inputs) {
    return new ResidentRun(this, inputs);
  }

  /** Runs in a workspace that is the caller's; see {@link PlanRun#run(Map, boolean, boolean)}. */
  Map<String, Tensor> run(
      Workspace workspace, Map<String, Tensor> inputs, boolean uploads, boolean downloads) {
    lock.readLock().lock();
    try {
      checkOpen();
      return new PlanRun(loaded, workspace, null).run(inputs, uploads, downloads);
    } finally {
      lock.readLock().unlock();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new DeviceException("the model is closed", "", "keep it open while it runs");
    }
  }

  /** Frees all that the model holds on the device, once no run is under way. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        idle.forEach(Workspace::close);
        idle.clear();
        loaded.constants().values().forEach(DeviceBuffer::close);
        loaded.hostConstants().values().forEach(Tensor::close);
        if (ownsProgram) {
          loaded.program().close();
        }
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
