package dev.weft.runtime.plan;

import dev.weft.base.IntExpr;

/** What a loop hands from one iteration to the next; visible in its body and after it. */
public sealed interface Carried {
  /** The name that the body and what follows the loop use. */
  String name();

  /**
   * A buffer. The name stands for {@code initial} in the first iteration and for the buffer that
   * {@code next} named at the end of the one before in the others; nothing is copied, so {@code
   * next} must not share pool memory with what the next iteration writes before it has read {@code
   * name}.
   */
  record Buffer(String name, String initial, String next) implements Carried {}

  /** A size: {@code initial} at first, then {@code next} as it evaluates at the end of the body. */
  record Size(String name, IntExpr initial, IntExpr next) implements Carried {}
}
