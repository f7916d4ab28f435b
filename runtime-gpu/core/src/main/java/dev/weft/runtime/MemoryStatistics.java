package dev.weft.runtime;

/**
 * What a device object has allocated; views count as nothing.
 *
 * @param liveBytes bytes of buffers that are not closed
 * @param liveBuffers how many these are
 * @param peakBytes the most that was live at once
 * @param allocations buffers allocated so far
 */
public record MemoryStatistics(
    long liveBytes, long liveBuffers, long peakBytes, long allocations) {}
