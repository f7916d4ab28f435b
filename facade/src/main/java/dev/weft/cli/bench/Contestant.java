package dev.weft.cli.bench;

import dev.weft.base.Tensor;

/** One implementation of a workload. */
public interface Contestant extends AutoCloseable {
  /** What it is called on the command line and in tables. */
  String name();

  /** Does the work that many times and returns when all of it is done. */
  void run(int times);

  /** Whether it works the workload out; otherwise it is a yardstick without a result. */
  default boolean computes() {
    return true;
  }

  /** What the last {@link #run} worked out; stays the contestant's. */
  Tensor result();

  @Override
  void close();
}
