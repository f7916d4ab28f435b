package dev.weft.tir.script;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The arguments of one call, taken by position or keyword; none may be left over. */
final class Arguments {
  private final Syntax.Call call;
  private final String function;
  private final Conversions convert;
  private final List<Value> positional;
  private final Map<String, Value> keywords;
  private final Set<String> unused;
  private int taken;

  Arguments(
      Syntax.Call call,
      String function,
      Conversions convert,
      List<Value> positional,
      Map<String, Value> keywords) {
    this.call = call;
    this.function = function;
    this.convert = convert;
    this.positional = new ArrayList<>(positional);
    this.keywords = new LinkedHashMap<>(keywords);
    this.unused = new LinkedHashSet<>(keywords.keySet());
  }

  Syntax.Call call() {
    return call;
  }

  String function() {
    return function;
  }

  /** The argument of this name: the next one by position unless it is given by keyword. */
  @Nullable Value find(String name) {
    if (taken < positional.size()) {
      if (keywords.containsKey(name)) {
        throw convert.error(call, "'" + name + "' is given twice", "give it once");
      }
      return positional.get(taken++);
    }
    return keyword(name);
  }

  /** As {@link #find}, but {@code None} counts as left out. */
  @Nullable Value findSome(String name) {
    Value value = find(name);
    return value instanceof Value.PyNone ? null : value;
  }

  /** An argument by keyword only. */
  @Nullable Value keyword(String name) {
    unused.remove(name);
    return keywords.get(name);
  }

  Value need(String name) {
    Value value = find(name);
    if (value == null) {
      throw convert.error(
          call, "T." + function + " lacks '" + name + "'", "expected " + name + " here");
    }
    return value;
  }

  /** The last positional argument, by name in errors. */
  Value needLast(String name) {
    if (taken == positional.size()) {
      return need(name);
    }
    return positional.remove(positional.size() - 1);
  }

  /** All positional arguments that nobody took. */
  List<Value> rest() {
    List<Value> rest = new ArrayList<>(positional.subList(taken, positional.size()));
    taken = positional.size();
    return rest;
  }

  int remaining() {
    return positional.size() - taken;
  }

  /** To be called when all has been taken. */
  void done() {
    if (taken < positional.size()) {
      throw convert.error(
          call,
          "T." + function + " takes at most " + taken + " arguments by position",
          "remove them");
    }
    if (!unused.isEmpty()) {
      throw convert.error(
          call,
          "T." + function + " has no argument '" + unused.iterator().next() + "'",
          "remove it");
    }
  }
}
