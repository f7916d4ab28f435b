package dev.weft.compiler;

import dev.weft.graph.partition.Library;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.PassContext;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a model is compiled.
 *
 * @param optLevel 0: every operator a kernel of its own; 1: cheap graph passes; 2: operators fused;
 *     3 (the default): everything that does not change results beyond the numerics contract
 * @param passConfig settings of passes by {@code pass.key}
 * @param disabledPasses names of passes that are left out
 * @param libraries external libraries that take over the parts of the model that they can do
 * @param trace looks on
 */
public record CompileOptions(
    int optLevel,
    Map<String, String> passConfig,
    Set<String> disabledPasses,
    List<Library> libraries,
    CompileTrace trace) {
  /** Level 3, every pass as it comes, nobody looks on. */
  public static final CompileOptions DEFAULT =
      new CompileOptions(3, Map.of(), Set.of(), CompileTrace.NONE);

  /** Options without external libraries. */
  public CompileOptions(
      int optLevel,
      Map<String, String> passConfig,
      Set<String> disabledPasses,
      CompileTrace trace) {
    this(optLevel, passConfig, disabledPasses, List.of(), trace);
  }

  /** Copies the collections and checks the level. */
  public CompileOptions {
    if (optLevel < 0 || optLevel > 3) {
      throw new IllegalArgumentException("CompileOptions.optLevel must be 0 to 3, got " + optLevel);
    }
    passConfig = Map.copyOf(new LinkedHashMap<>(passConfig));
    libraries = List.copyOf(libraries);
    disabledPasses = Set.copyOf(new LinkedHashSet<>(disabledPasses));
  }

  /** The same options at another level. */
  public CompileOptions withOptLevel(int newLevel) {
    return new CompileOptions(newLevel, passConfig, disabledPasses, libraries, trace);
  }

  /** The same options with a setting of a pass, {@code pass.key}. */
  public CompileOptions withPassConfig(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(passConfig);
    more.put(key, value);
    return new CompileOptions(optLevel, more, disabledPasses, libraries, trace);
  }

  /** The same options without a pass. */
  public CompileOptions withoutPass(String name) {
    Set<String> more = new LinkedHashSet<>(disabledPasses);
    more.add(name);
    return new CompileOptions(optLevel, passConfig, more, libraries, trace);
  }

  /** The same options with one more external library. */
  public CompileOptions withLibrary(Library library) {
    List<Library> more = new ArrayList<>(libraries);
    more.add(library);
    return new CompileOptions(optLevel, passConfig, disabledPasses, more, trace);
  }

  /**
   * Checks the names of passes and settings, which compiling does too.
   *
   * @throws dev.weft.graph.pass.PassOptionException if there is no such pass or setting; lists
   *     those that there are
   */
  public void check() {
    var _ =
        new PassContext(optLevel, passConfig, disabledPasses)
            .select(
                GraphStage.passes(
                    this, Target.parse("interpreter"), ConstantEvaluator.interpreter()));
  }

  /** The same options with another onlooker. */
  public CompileOptions withTrace(CompileTrace newTrace) {
    return new CompileOptions(optLevel, passConfig, disabledPasses, libraries, newTrace);
  }
}
