package dev.weft.graph.partition;

import dev.weft.graph.GraphFunction;
import java.util.List;

/**
 * An external library as the compiler sees it: what it takes over, and a code generator. Needs
 * nothing of the library itself; the functions that run are the runtime's.
 */
public interface Library {
  /** The name, as in {@code --library openblas}. */
  String name();

  /** What it can do, the largest first: where several match, the first one is taken. */
  List<CompositePattern> patterns();

  /**
   * The call that carries out a composite function.
   *
   * @param pattern the name of the pattern that it was made of
   * @param composite its parameters are the tensors that the call gets, in order
   */
  ExternalCall generate(String pattern, GraphFunction composite);
}
