package dev.weft;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.Devices;
import dev.weft.runtime.artifact.Artifact;
import dev.weft.runtime.exec.ExecutionProfile;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.ExternalLibraries;
import dev.weft.runtime.exec.PlanExecutor;
import dev.weft.runtime.plan.Receipt;
import dev.weft.runtime.plan.Signature;
import java.util.Map;

/** A compiled model on a device. May be shared by threads; close it to free the device's memory. */
public final class Model implements AutoCloseable {
  private final Device device;
  private final PlanExecutor executor;

  private Model(Device device, PlanExecutor executor) {
    this.device = device;
    this.executor = executor;
  }

  /** Loads an artifact on a device, which the model owns from then on. */
  static Model load(Artifact artifact, Device device, ExternalFunctions functions) {
    Artifact.Selection selection = artifact.select(device);
    ExternalFunctions all = ExternalLibraries.installed().resolve(selection.plan(), functions);
    return new Model(
        device,
        PlanExecutor.open(device, selection.program(), selection.plan(), artifact.weights(), all));
  }

  /** Opens the device, too; {@code best} is the first one that the artifact has kernels for. */
  static Model load(Artifact artifact, String name, ExternalFunctions functions) {
    Devices devices = Devices.installed();
    if (!name.equals(Devices.BEST)) {
      return loadOrClose(artifact, devices.open(name), functions);
    }
    InputException last = null;
    for (DeviceInfo info : devices.list()) {
      Device device = devices.open(info.name());
      try {
        artifact.select(device);
      } catch (InputException e) {
        device.close();
        last = e;
        continue;
      }
      return loadOrClose(artifact, device, functions);
    }
    throw last == null ? new IllegalStateException("there is always a device") : last;
  }

  /** Loads; closes the device if that fails. */
  static Model loadOrClose(Artifact artifact, Device device, ExternalFunctions functions) {
    try {
      return load(artifact, device, functions);
    } catch (RuntimeException | Error e) {
      device.close();
      throw e;
    }
  }

  /** What the model takes and gives. */
  public Signature signature() {
    return executor.signature();
  }

  /** What runs where: the kernels on the device, the functions of libraries. */
  public Receipt receipt() {
    return Receipt.of(executor.plan(), device.info().name());
  }

  /** The device that it runs on. */
  public Device device() {
    return device;
  }

  /**
   * Runs the model.
   *
   * @param inputs a tensor for each input, by name; they stay the caller's
   * @return a new tensor for each output, by name, in the model's order; the caller closes them
   * @throws dev.weft.base.InputException if a name, dtype or shape is wrong
   */
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    return executor.run(inputs);
  }

  /** Runs the model and adds the device time of each kernel and transfer to a profile. */
  public Map<String, Tensor> run(Map<String, Tensor> inputs, ExecutionProfile profile) {
    return executor.run(inputs, profile);
  }

  @Override
  public void close() {
    try {
      executor.close();
    } finally {
      device.close();
    }
  }
}
