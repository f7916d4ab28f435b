package dev.weft.tir.schedule.primitive;

/** Numbers of things, for messages. */
final class Counted {
  private Counted() {}

  /** {@code 1 axis}, {@code 2 axes}. */
  static String of(int number, String one, String many) {
    return number + " " + (number == 1 ? one : many);
  }
}
