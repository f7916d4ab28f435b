package dev.weft.tir.interp;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.PrintOptions;
import dev.weft.tir.script.TvmScript;
import java.util.List;

/** The line of a function's text in which something went wrong, with carets below it. */
final class FaultyLine {
  private FaultyLine() {}

  /** The line with the node and one of carets; empty if the text has no such node. */
  static String of(PrimFunc function, Object node) {
    String text = TvmScript.print(function, PrintOptions.DEFAULT.underlining(node));
    List<String> lines = text.lines().toList();
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i).matches("[ #]*\\^[ ^]*")) {
        return lines.get(i - 1).stripTrailing() + "\n" + lines.get(i).replace('#', ' ');
      }
    }
    return "";
  }
}
