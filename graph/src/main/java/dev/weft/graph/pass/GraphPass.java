package dev.weft.graph.pass;

import dev.weft.graph.Graph;
import java.util.List;
import java.util.Set;

/** A named rewriting of graphs that keeps what they compute. */
public interface GraphPass {
  /** The name, for {@code --disable-pass} and dumps. */
  String name();

  /** Whether the passes behind it rely on it, so that it can't be switched off. */
  default boolean required() {
    return false;
  }

  /** The lowest optimisation level that it belongs to, 0 to 3. */
  default int level() {
    return 1;
  }

  /** Names of passes that stand before it in every list that has both. */
  default Set<String> after() {
    return Set.of();
  }

  /** Names of passes that must have run when it runs, whatever the level. */
  default Set<String> requires() {
    return Set.of();
  }

  /** The settings that it takes, as {@code name.key}. */
  default List<PassSetting> settings() {
    return List.of();
  }

  /** Whether these settings ask for it; some passes run only if they are asked for. */
  default boolean wanted(PassSettings settings) {
    return true;
  }

  /** This pass with other settings than the defaults. */
  default GraphPass with(PassSettings settings) {
    return this;
  }

  /** The rewritten graph. */
  Graph apply(Graph graph);
}
