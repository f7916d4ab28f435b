package dev.weft.tir.script;

import dev.weft.tir.Buffer;
import dev.weft.tir.Var;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What variables and buffers are called in the text: their own name, with a number behind it where
 * that name is in use. A name is free again when its scope ends.
 */
final class NameTable {
  private static final Set<String> RESERVED =
      Set.of(
          "False",
          "None",
          "True",
          "and",
          "as",
          "assert",
          "async",
          "await",
          "break",
          "class",
          "continue",
          "def",
          "del",
          "elif",
          "else",
          "except",
          "finally",
          "for",
          "from",
          "global",
          "if",
          "import",
          "in",
          "is",
          "lambda",
          "nonlocal",
          "not",
          "or",
          "pass",
          "raise",
          "return",
          "try",
          "while",
          "with",
          "yield",
          "T",
          "I",
          "cls",
          "tvm",
          "range",
          "min",
          "max",
          "abs",
          "len",
          "int",
          "float",
          "bool");

  private final Map<Object, String> texts = new HashMap<>();
  private final Set<String> taken = new HashSet<>();
  private final Deque<List<Runnable>> scopes = new ArrayDeque<>();

  NameTable() {
    scopes.push(new ArrayList<>());
  }

  /** Gives a variable a name in the current scope. */
  String declare(Var v) {
    return declare(v, v.name());
  }

  /** Gives a buffer a name in the current scope. */
  String declare(Buffer buffer) {
    return declare(buffer, buffer.name());
  }

  private String declare(Object thing, String hint) {
    String name = unused(hint);
    taken.add(name);
    here(() -> taken.remove(name));
    define(thing, name);
    return name;
  }

  /** Says how a variable is written, as in {@code A.data}; takes no name. */
  void define(Object thing, String text) {
    String before = texts.put(thing, text);
    here(
        () -> {
          if (before == null) {
            texts.remove(thing);
          } else {
            texts.put(thing, before);
          }
        });
  }

  private void here(Runnable undo) {
    List<Runnable> scope = scopes.peek();
    if (scope != null) {
      scope.add(undo);
    }
  }

  boolean knows(Object thing) {
    return texts.containsKey(thing);
  }

  String text(Var v) {
    return texts.getOrDefault(v, identifier(v.name()));
  }

  String text(Buffer buffer) {
    return texts.getOrDefault(buffer, identifier(buffer.name()));
  }

  /** Names declared within {@code body} are forgotten behind it. */
  void scoped(Runnable body) {
    List<Runnable> scope = new ArrayList<>();
    scopes.push(scope);
    body.run();
    scopes.pop();
    scope.reversed().forEach(Runnable::run);
  }

  private String unused(String hint) {
    String base = identifier(hint);
    String name = base;
    for (int i = 1; taken.contains(name) || RESERVED.contains(name); i++) {
      name = base + "_" + i;
    }
    return name;
  }

  /** The hint with whatever Python has no room for in a name replaced by underscores. */
  static String identifier(String hint) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < hint.length(); i++) {
      char c = hint.charAt(i);
      boolean fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      name.append(fits ? c : '_');
    }
    if (name.isEmpty() || Character.isDigit(name.charAt(0))) {
      name.insert(0, 'v');
    }
    return name.toString();
  }
}
