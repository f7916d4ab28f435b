package dev.weft.lowering.simt;

import java.util.Locale;

/**
 * Something in a kernel that a real device leaves undefined, or refuses.
 *
 * @param kind what it is
 * @param line the line of the printed kernel, from 1; 0 if it belongs to none
 * @param source that line
 * @param message what happened the first time: which threads, which element
 * @param occurrences how often it happened in the line
 */
public record Finding(Kind kind, int line, String source, String message, long occurrences) {
  /** What can be wrong. */
  public enum Kind {
    /** Two threads access an element, one of them writes, and nothing orders them. */
    DATA_RACE,
    /** An access outside a buffer. */
    OUT_OF_BOUNDS,
    /** A read of what nobody has written. */
    UNINITIALISED_READ,
    /** A vector access at an address that its size does not divide. */
    MISALIGNED_ACCESS,
    /** A barrier or warp operation that only some of its threads reach. */
    DIVERGENT_BARRIER,
    /** An access of what an asynchronous copy has not been waited for to write. */
    ASYNC_COPY_NOT_WAITED,
    /** A matrix product reads what a thread wrote and did not make visible to the async proxy. */
    ASYNC_PROXY_NOT_FENCED,
    /** A wait at a barrier object for a phase that never ends: an arrival or bytes are missing. */
    BARRIER_NEVER_COMPLETES,
    /** Arithmetic without a result, such as an integer division by zero. */
    UNDEFINED_ARITHMETIC,
    /** An assertion that does not hold. */
    FAILED_ASSERTION;

    /** For people: {@code data race}. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  @Override
  public String toString() {
    String times = occurrences == 1 ? "" : " (" + occurrences + " times)";
    return "line " + line + ": " + kind.text() + ": " + message + times + " in: " + source;
  }
}
