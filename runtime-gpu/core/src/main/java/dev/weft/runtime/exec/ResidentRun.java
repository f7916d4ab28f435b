package dev.weft.runtime.exec;

import dev.weft.base.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model with inputs that stay on the device: runs without transfers. For one thread at a time.
 * The inputs are copied to the device by the first run; elements changed later don't count.
 */
public final class ResidentRun implements AutoCloseable {
  private final PlanExecutor executor;
  private final Map<String, Tensor> inputs;
  private final Workspace workspace;
  private boolean uploaded;

  ResidentRun(PlanExecutor executor, Map<String, Tensor> inputs) {
    this.executor = executor;
    this.inputs = new LinkedHashMap<>(inputs);
    this.workspace = new Workspace(executor.device());
  }

  /** Runs the model and waits for it; its outputs stay on the device. */
  public void run() {
    run(false);
  }

  /**
   * Runs the model and reads its outputs.
   *
   * @return a new tensor for each output by name, in the model's order; the caller closes them
   */
  public Map<String, Tensor> runAndRead() {
    return run(true);
  }

  private Map<String, Tensor> run(boolean downloads) {
    Map<String, Tensor> results = executor.run(workspace, inputs, !uploaded, downloads);
    uploaded = true;
    return results;
  }

  @Override
  public void close() {
    workspace.close();
  }
}
