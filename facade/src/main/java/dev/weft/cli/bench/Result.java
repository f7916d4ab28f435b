package dev.weft.cli.bench;

/**
 * What was measured of one contestant on one workload.
 *
 * @param contestant its name
 * @param seconds the median time of a run
 * @param flops operations of a run; 0 where they don't count
 * @param bytes least memory traffic of a run
 * @param gflops 10⁹ operations a second; 0 where they don't count
 * @param ratio how many times as long it takes as Weft
 */
public record Result(
    String contestant, double seconds, double flops, double bytes, double gflops, double ratio) {
  /** 10⁹ bytes a second. */
  public double gigabytes() {
    return bytes / seconds / 1e9;
  }
}
