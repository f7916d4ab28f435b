package dev.weft.tir.script;

import dev.weft.tir.Stmt;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * A function as text whose statements can be found in it.
 *
 * <p>Statements are told apart by identity: one that stands in several places counts with the last.
 */
public final class PrintedFunction {
  private final String text;
  private final List<String> lines;
  private final Map<Stmt, Integer> starts;

  PrintedFunction(String text, Map<Stmt, Integer> starts) {
    this.text = text;
    this.lines = text.lines().toList();
    this.starts = new IdentityHashMap<>(starts);
  }

  /** The whole text. */
  public String text() {
    return text;
  }

  /**
   * The number of the line in which a statement begins, counted from 1; 0 for a statement that has
   * no line of its own (a sequence) or is not part of the function.
   */
  public int lineOf(Stmt stmt) {
    return starts.getOrDefault(stmt, 0);
  }

  /** A line without indentation; empty for a number that no line has. */
  public String line(int number) {
    return number < 1 || number > lines.size() ? "" : lines.get(number - 1).strip();
  }
}
