package dev.weft.lowering.simt;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a launch took.
 *
 * @param blocks thread blocks that ran
 * @param threads threads that ran
 * @param instructions warp instructions by kind: one for all threads of a warp that carry it out
 *     together; a vector operation on numbers counts once a lane, one on memory once
 * @param globalLoads requests of warps to read global memory
 * @param globalStores requests of warps to write global memory
 * @param sharedLoads requests of warps to read shared memory
 * @param sharedStores requests of warps to write shared memory
 * @param barriers barriers that blocks met, one for all threads of a block
 * @param divergentBranches decisions in which threads of one warp went different ways
 */
public record SimtCounts(
    long blocks,
    long threads,
    Map<InstructionKind, Long> instructions,
    GlobalTraffic globalLoads,
    GlobalTraffic globalStores,
    SharedTraffic sharedLoads,
    SharedTraffic sharedStores,
    long barriers,
    long divergentBranches) {
  /** Copies the map; a kind that is missing counts 0. */
  public SimtCounts {
    Map<InstructionKind, Long> all = new EnumMap<>(InstructionKind.class);
    for (InstructionKind kind : InstructionKind.values()) {
      all.put(kind, instructions.getOrDefault(kind, 0L));
    }
    instructions = all;
  }

  /**
   * Requests to global memory, which moves sectors of 32 bytes, four to a line of 128.
   *
   * @param requests one for a warp and an instruction
   * @param bytes what the threads asked for, each byte counted once a request
   * @param sectors sectors that the requests touched
   * @param idealSectors sectors that would do if what each request asks for lay together
   * @param lines lines that the requests touched
   * @param idealLines lines that would do
   */
  public record GlobalTraffic(
      long requests, long bytes, long sectors, long idealSectors, long lines, long idealLines) {}

  /**
   * Requests to shared memory, which has 32 banks of 4 bytes.
   *
   * @param requests one for a warp and an instruction
   * @param wavefronts passes that the requests took
   * @param idealWavefronts passes that would do without conflicts
   */
  public record SharedTraffic(long requests, long wavefronts, long idealWavefronts) {
    /** Passes lost because threads of a warp met in a bank. */
    public long bankConflicts() {
      return wavefronts - idealWavefronts;
    }
  }

  /** The instructions of one kind. */
  public long instructions(InstructionKind kind) {
    return instructions.getOrDefault(kind, 0L);
  }

  /** All figures by name, in a fixed order. */
  public Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("blocks", blocks);
    figures.put("threads", threads);
    instructions.forEach((kind, count) -> figures.put("instructions." + kind.text(), count));
    put(figures, "global_loads", globalLoads);
    put(figures, "global_stores", globalStores);
    put(figures, "shared_loads", sharedLoads);
    put(figures, "shared_stores", sharedStores);
    figures.put("barriers", barriers);
    figures.put("divergent_branches", divergentBranches);
    return figures;
  }

  private static void put(Map<String, Long> figures, String name, GlobalTraffic traffic) {
    figures.put(name + ".requests", traffic.requests());
    figures.put(name + ".bytes", traffic.bytes());
    figures.put(name + ".sectors", traffic.sectors());
    figures.put(name + ".ideal_sectors", traffic.idealSectors());
    figures.put(name + ".lines", traffic.lines());
    figures.put(name + ".ideal_lines", traffic.idealLines());
  }

  private static void put(Map<String, Long> figures, String name, SharedTraffic traffic) {
    figures.put(name + ".requests", traffic.requests());
    figures.put(name + ".wavefronts", traffic.wavefronts());
    figures.put(name + ".bank_conflicts", traffic.bankConflicts());
  }
}
