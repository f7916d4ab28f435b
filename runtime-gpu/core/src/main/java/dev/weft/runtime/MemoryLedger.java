package dev.weft.runtime;

/** Counts what a device has allocated, for backends. */
public final class MemoryLedger {
  private long liveBytes;
  private long liveBuffers;
  private long peakBytes;
  private long allocations;

  /** Nothing allocated. */
  public MemoryLedger() {}

  /** A buffer was made. */
  public synchronized void allocated(long bytes) {
    liveBytes += bytes;
    liveBuffers++;
    allocations++;
    peakBytes = Math.max(peakBytes, liveBytes);
  }

  /** A buffer is gone. */
  public synchronized void freed(long bytes) {
    liveBytes -= bytes;
    liveBuffers--;
  }

  /** The counts now. */
  public synchronized MemoryStatistics statistics() {
    return new MemoryStatistics(liveBytes, liveBuffers, peakBytes, allocations);
  }
}
