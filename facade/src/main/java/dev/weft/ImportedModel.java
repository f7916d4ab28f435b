package dev.weft;

import dev.weft.compiler.Compilation;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.CompileTrace;
import dev.weft.compiler.DeviceTargets;
import dev.weft.compiler.ModelCompiler;
import dev.weft.graph.Graph;
import dev.weft.graph.WellFormed;
import dev.weft.graph.pass.GraphPass;
import dev.weft.runtime.Device;
import dev.weft.runtime.Devices;
import dev.weft.runtime.artifact.Artifact;
import dev.weft.runtime.artifact.ArtifactCache;
import dev.weft.runtime.exec.ExternalFunction;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.plan.Signature;
import dev.weft.tir.target.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A model that was read and not yet compiled. Immutable; compile it as often as you like. */
public final class ImportedModel {
  /** Nanoseconds of compiling from which on a model goes to disk. */
  private static final long WORTH_KEEPING = 1_000_000_000;

  private final Graph graph;
  private final String source;
  private final ExternalFunctions functions;

  /** The files that say all of the model; empty if there is more to it. */
  private final List<Path> files;

  ImportedModel(Graph graph, String source, ExternalFunctions functions, List<Path> files) {
    this.graph = graph;
    this.source = source;
    this.functions = functions;
    this.files = List.copyOf(files);
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
    return new ImportedModel(WellFormed.check(pass.apply(graph)), source, functions, List.of());
  }

  /**
   * The model with a Java function that it calls ({@code BlockBuilder.callPacked}, or {@link
   * dev.weft.graph.custom.OperatorDefinition#external}).
   *
   * @param name what the model calls it
   * @param function gets and gives tensors in host memory; may be called by several threads
   */
  public ImportedModel with(String name, ExternalFunction function) {
    return new ImportedModel(graph, source, functions.with(name, function), files);
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

  /**
   * As {@link #compile(String)}, with options.
   *
   * <p>A model that took long is kept on disk ({@link ArtifactCache}), and not compiled again until
   * its files, the device, the options or Weft change; unless the options have an onlooker, who
   * wants to see it compiled.
   */
  public Model compile(String device, CompileOptions options) {
    Device opened = Devices.installed().open(device);
    try {
      ArtifactCache cache = ArtifactCache.standard();
      Optional<String> key = CompiledModels.key(files, opened.info(), options, cache);
      if (key.isPresent() && options.trace() == CompileTrace.NONE) {
        Optional<Artifact> known = cache.get(key.get());
        if (known.isPresent()) {
          try (Artifact artifact = known.get()) {
            return Model.load(artifact, opened, functions);
          }
        }
      }
      long begin = System.nanoTime();
      Compilation compilation =
          ModelCompiler.compile(graph, DeviceTargets.of(opened.info()), options);
      Artifact artifact = compilation.artifact();
      if (key.isPresent() && System.nanoTime() - begin > WORTH_KEEPING) {
        cache.put(key.get(), artifact);
      }
      return Model.load(artifact, opened, functions);
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
