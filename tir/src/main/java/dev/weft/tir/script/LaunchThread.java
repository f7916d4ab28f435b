package dev.weft.tir.script;

import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;

/** The attribute behind {@code T.launch_thread}. */
final class LaunchThread {
  private LaunchThread() {}

  /** Hardware indices have an extent, virtual threads an attribute of their own. */
  static String key(ThreadTag tag) {
    return tag.level == ThreadTag.Level.VIRTUAL ? "virtual_thread" : "thread_extent";
  }

  /** Whether {@code T.launch_thread(tag, extent)} says all of the attribute. */
  static boolean isSugar(Stmt.Attr attr) {
    return attr.node() instanceof IterVar axis
        && axis.thread() != null
        && attr.key().equals(key(axis.thread()))
        && axis.dom().equals(Range.upTo(attr.value()))
        && axis.var().dtype().equals(attr.value().dtype());
  }
}
