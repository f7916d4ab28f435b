package dev.weft.tir.script;

import java.util.List;

/** A text with the name that errors call it by. */
record Source(String name, String text) {
  /** A stretch of one line; lines and columns count from 1. */
  record Place(int line, int column, int length) {}

  /** An error at a place. */
  ScriptException error(Place place, String what, String remedy) {
    List<String> lines = text.lines().toList();
    String line = place.line() <= lines.size() ? lines.get(place.line() - 1) : "";
    return new ScriptException(
        name, place.line(), place.column(), place.length(), line, what, remedy);
  }
}
