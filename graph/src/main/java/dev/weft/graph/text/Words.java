package dev.weft.graph.text;

import java.util.Set;
import java.util.regex.Pattern;

/** How names and strings are written. */
final class Words {
  /** Names that are written in quotes, since they mean something by themselves. */
  private static final Set<String> RESERVED =
      Set.of(
          "def",
          "with",
          "dataflow",
          "effects",
          "return",
          "yield",
          "if",
          "else",
          "loop",
          "from",
          "for",
          "while",
          "const",
          "call",
          "call_tir",
          "call_packed",
          "bind_sizes",
          "check",
          "sizes",
          "attributes",
          "prim_funcs");

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");

  private Words() {}

  /** A name, in backquotes unless it is an identifier. */
  static String name(String name) {
    boolean plain = NAME.matcher(name).matches() && !RESERVED.contains(name);
    return plain ? name : quoted(name, '`');
  }

  /** A string in double quotes. */
  static String string(String value) {
    return quoted(value, '"');
  }

  private static String quoted(String value, char quote) {
    StringBuilder text = new StringBuilder().append(quote);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == quote || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ' || c == 0x7f || Character.isSurrogate(c) || c == 0x2028 || c == 0x2029) {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    return text.append(quote).toString();
  }
}
