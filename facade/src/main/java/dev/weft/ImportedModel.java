package dev.weft;

import dev.weft.compiler.Compilation;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.DeviceTargets;
import dev.weft.compiler.ModelCompiler;
import dev.weft.graph.Graph;
import dev.weft.graph.WellFormed;
import dev.weft.graph.pass.GraphPass;
import dev.weft.runtime.Device;
import dev.weft.runtime.Devices;
import dev.weft.runtime.exec.ExternalFunction;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.plan.Signature;
import dev.weft.tir.target.Target;

/** A model that was read and not yet compiled. Immutable; compile it as often as you like. */
public final class ImportedModel {
  private final Graph graph;
  private final String source;
  private final ExternalFunctions functions;

  ImportedModel(Graph graph, String source, ExternalFunctions functions) {
    this.graph = graph;
    this.source = source;
    this.functions = functions;
  }

  /** The model as a graph. */
  public Graph graph() {
    return graph;
  }

  /** Where it came from, for messages. */
  public String source() {
    return source;
  }

  /** What the model takes and gives. */
  public Signature signature() {
    return ModelCompiler.signature(graph);
  }

  /**
   * The model behind a pass of the application's own, such as a {@link
   * dev.weft.graph.pattern.RewritePass}.
   *
   * @throws WellFormed.IllFormedException if the pass makes a mistake
   */
  public ImportedModel rewritten(GraphPass pass) {
    return new ImportedModel(WellFormed.check(pass.apply(graph)), source, functions);
  }

  /**
   * The model with a Java function that it calls ({@code BlockBuilder.callPacked}, or {@link
   * dev.weft.graph.custom.OperatorDefinition#external}).
   *
   * @param name what the model calls it
   * @param function gets and gives tensors in host memory; may be called by several threads
   */
  public ImportedModel with(String name, ExternalFunction function) {
    return new ImportedModel(graph, source, functions.with(name, function));
  }

  /** The Java functions that were registered. */
  public ExternalFunctions functions() {
    return functions;
  }

  /**
   * Compiles for a device and loads it there.
   *
   * @param device {@code opencl:0}, {@code interpreter}, …; {@code best} picks
   * @throws dev.weft.runtime.DeviceNotFoundException if there is no such device; says which exist
   */
  public Model compile(String device) {
    return compile(device, CompileOptions.DEFAULT);
  }

  /** As {@link #compile(String)}, with options. */
  public Model compile(String device, CompileOptions options) {
    Device opened = Devices.installed().open(device);
    try {
      Compilation compilation =
          ModelCompiler.compile(graph, DeviceTargets.of(opened.info()), options);
      return Model.load(compilation.artifact(), opened, functions);
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /** Compiles for a target, with or without such a device at hand. */
  public Compilation compileFor(Target target, CompileOptions options) {
    return ModelCompiler.compile(graph, target, options);
  }
}
