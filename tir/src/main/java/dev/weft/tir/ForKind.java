package dev.weft.tir;

/** How the iterations of a loop are carried out. */
public enum ForKind {
  SERIAL("serial"),
  PARALLEL("parallel"),
  VECTORIZED("vectorized"),
  UNROLLED("unroll"),
  THREAD_BINDING("thread_binding");

  /** The name in TVMScript. */
  public final String text;

  ForKind(String text) {
    this.text = text;
  }
}
