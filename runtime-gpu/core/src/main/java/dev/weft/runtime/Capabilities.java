package dev.weft.runtime;

import dev.weft.base.DType;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a device can do, in the terms of a compiler's target.
 *
 * @param formats what {@link Device#load} takes
 * @param storageDtypes types that buffers may have
 * @param arithmeticDtypes types that kernels may compute in
 * @param vectorWidths preferred number of lanes by scalar type; absent means 1
 * @param maxThreadsPerBlock threads of a block at most
 * @param maxBlock threads of a block at most in x, y and z
 * @param sharedBytes shared memory of a block in bytes
 * @param subgroupSize threads that run in lock step; 1 if the device has no such notion
 * @param computeUnits multiprocessors or cores
 * @param clockMegahertz the highest clock; 0 if unknown
 * @param globalBytes device memory in bytes
 * @param maxAllocationBytes the largest buffer
 * @param bufferAlignment bytes that the offset of a {@link DeviceBuffer#view} is a multiple of
 * @param unifiedMemory whether device and host share their memory
 * @param outOfOrderQueues whether queues can run out of order
 * @param extensions the backend's names for what else there is ({@code cl_khr_fp16}, {@code
 *     sm_90a})
 */
public record Capabilities(
    Set<ProgramFormat> formats,
    Set<DType> storageDtypes,
    Set<DType> arithmeticDtypes,
    Map<DType, Integer> vectorWidths,
    int maxThreadsPerBlock,
    List<Long> maxBlock,
    long sharedBytes,
    int subgroupSize,
    int computeUnits,
    int clockMegahertz,
    long globalBytes,
    long maxAllocationBytes,
    int bufferAlignment,
    boolean unifiedMemory,
    boolean outOfOrderQueues,
    Set<String> extensions) {
  /** Copies the collections and checks the limits. */
  public Capabilities {
    formats = Set.copyOf(formats);
    storageDtypes = Set.copyOf(storageDtypes);
    arithmeticDtypes = Set.copyOf(arithmeticDtypes);
    vectorWidths = Map.copyOf(vectorWidths);
    maxBlock = List.copyOf(maxBlock);
    extensions = Set.copyOf(extensions);
    if (maxBlock.size() != 3) {
      throw new IllegalArgumentException(
          "Capabilities maxBlock must have 3 dimensions, got " + maxBlock);
    }
    if (bufferAlignment < 1) {
      throw new IllegalArgumentException(
          "Capabilities bufferAlignment must be positive, got " + bufferAlignment);
    }
  }

  /** The preferred number of lanes of a vector of that scalar type. */
  public int vectorWidth(DType dtype) {
    return vectorWidths.getOrDefault(dtype, 1);
  }
}
