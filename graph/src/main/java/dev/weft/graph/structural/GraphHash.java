package dev.weft.graph.structural;

import dev.weft.graph.Graph;
import dev.weft.graph.GraphFunction;
import dev.weft.tir.structural.StructuralHash;

/** Hashes that are the same for what {@link GraphEquality} calls equal. */
public final class GraphHash {
  private GraphHash() {}

  /** The hash of a graph, from whose functions' order it does not depend. */
  public static long of(Graph graph) {
    long hash = 0;
    for (var function : graph.functions().entrySet()) {
      hash += mixed(function.getKey().hashCode(), of(function.getValue()));
    }
    for (var function : graph.primFuncs().functions().entrySet()) {
      hash += mixed(function.getKey().hashCode(), StructuralHash.of(function.getValue()));
    }
    return hash;
  }

  /** The hash of a function. */
  public static long of(GraphFunction function) {
    return Skeleton.of(function).hash();
  }

  /** Spreads two hashes over 64 bits (the finaliser of SplitMix64). */
  static long mixed(long a, long b) {
    long z = a * 0x9e3779b97f4a7c15L + b;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
