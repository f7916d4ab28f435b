package dev.weft.compiler;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * How a model is compiled.
 *
 * @param optLevel 0: every operator a kernel of its own; 1: cheap graph passes; 2: operators fused;
 *     3 (the default): everything that does not change results beyond the numerics contract
 * @param passConfig settings of passes by {@code pass.key}
 * @param disabledPasses names of passes that are left out
 * @param trace looks on
 */
public record CompileOptions(
    int optLevel, Map<String, String> passConfig, Set<String> disabledPasses, CompileTrace trace) {
  /** Level 3, every pass as it comes, nobody looks on. */
  public static final CompileOptions DEFAULT =
      new CompileOptions(3, Map.of(), Set.of(), CompileTrace.NONE);

  /** Copies the collections and checks the level. */
  public CompileOptions {
    if (optLevel < 0 || optLevel > 3) {
      throw new IllegalArgumentException("CompileOptions.optLevel must be 0 to 3, got " + optLevel);
    }
    passConfig = Map.copyOf(new LinkedHashMap<>(passConfig));
    disabledPasses = Set.copyOf(new LinkedHashSet<>(disabledPasses));
  }

  /** The same options at another level. */
  public CompileOptions withOptLevel(int newLevel) {
    return new CompileOptions(newLevel, passConfig, disabledPasses, trace);
  }

  /** The same options with another onlooker. */
  public CompileOptions withTrace(CompileTrace newTrace) {
    return new CompileOptions(optLevel, passConfig, disabledPasses, newTrace);
  }
}
