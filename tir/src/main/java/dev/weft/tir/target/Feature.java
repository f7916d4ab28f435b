package dev.weft.tir.target;

/** What a device can do beyond storing and computing with its dtypes. */
public enum Feature {
  /** Shuffles and votes within a warp (sub-group). */
  SUBGROUPS("subgroups"),
  /** A dot product of four 8-bit integers in one instruction. */
  INT8_DOT("int8-dot"),
  /** Atomic addition, minimum and maximum on 64-bit integers. */
  ATOMIC_INT64("atomic-int64"),
  /** Atomic addition on float32 in one instruction (elsewhere a compare-and-swap loop). */
  ATOMIC_FLOAT32("atomic-float32"),
  /** Matrix instructions on fragments spread over a warp (wmma, mma). */
  TENSOR_CORES("tensor-cores"),
  /** Copies from global to shared memory that run beside the threads (cp.async). */
  ASYNC_COPY("async-copy"),
  /** Bulk tensor copies and barrier objects with phases (TMA, mbarrier). */
  BULK_COPY("bulk-copy"),
  /** Matrix instructions of a warp group that read shared memory (wgmma). */
  WARP_GROUP_MMA("warp-group-mma"),
  /** Thread blocks grouped into clusters that share their shared memory. */
  CLUSTERS("clusters");

  /** The name in a target's text form. */
  public final String text;

  Feature(String text) {
    this.text = text;
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException if there is no such feature
   */
  public static Feature parse(String text) {
    for (Feature feature : values()) {
      if (feature.text.equals(text)) {
        return feature;
      }
    }
    throw new IllegalArgumentException("'" + text + "' is not a target feature");
  }
}
