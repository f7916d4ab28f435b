package dev.weft.tir.interp;

import dev.weft.tir.PrimFunc;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The values of one running function: numbers, buffers and pointers by slot. */
final class Frame {
  final long[] ints;
  final double[] floats;
  final Object[] objects;

  /** What is being carried out, innermost first: a line each, made when somebody asks. */
  private final Deque<Place> places = new ArrayDeque<>();

  /** Describes a statement that is being carried out. */
  interface Place {
    String describe(Frame frame);
  }

  /** The function that runs; null for expressions on their own. */
  private final @Nullable PrimFunc function;

  /** What the function has returned; null for nothing. */
  @Nullable Number result;

  /** For expressions on their own. */
  Frame(int slots) {
    this(null, slots);
  }

  Frame(@Nullable PrimFunc function, int slots) {
    this.function = function;
    ints = new long[slots];
    floats = new double[slots];
    objects = new Object[slots];
  }

  void enter(Place place) {
    places.push(place);
  }

  void leave() {
    places.pop();
  }

  /** Where the program is: function, loops and blocks with their values, outermost first. */
  String where() {
    StringBuilder text = new StringBuilder();
    for (Iterator<Place> it = places.descendingIterator(); it.hasNext(); ) {
      if (!text.isEmpty()) {
        text.append(" > ");
      }
      text.append(it.next().describe(this));
    }
    return text.toString();
  }

  InterpreterException error(String what, String remedy) {
    return new InterpreterException(what, where(), remedy);
  }

  /** An error that shows the line of the function in which {@code node} stands. */
  InterpreterException error(String what, String remedy, Object node) {
    String line = function == null ? "" : FaultyLine.of(function, node);
    return new InterpreterException(what, where(), remedy, line);
  }
}
