package dev.weft.lowering.simt;

import java.util.EnumMap;
import java.util.Map;

/** Counts while a kernel runs. */
final class Counters {
  private final Map<InstructionKind, Long> instructions = new EnumMap<>(InstructionKind.class);
  final WarpRequests.Global globalLoads = new WarpRequests.Global();
  final WarpRequests.Global globalStores = new WarpRequests.Global();
  final WarpRequests.Shared sharedLoads = new WarpRequests.Shared();
  final WarpRequests.Shared sharedStores = new WarpRequests.Shared();
  long blocks;
  long threads;
  long barriers;
  long divergentBranches;

  void add(InstructionKind kind, long count) {
    instructions.merge(kind, count, Long::sum);
  }

  SimtCounts counts() {
    Map<InstructionKind, Long> byKind = new EnumMap<>(InstructionKind.class);
    for (InstructionKind kind : InstructionKind.values()) {
      byKind.put(kind, instructions.getOrDefault(kind, 0L));
    }
    return new SimtCounts(
        blocks,
        threads,
        byKind,
        globalLoads.traffic(),
        globalStores.traffic(),
        sharedLoads.traffic(),
        sharedStores.traffic(),
        barriers,
        divergentBranches);
  }
}
