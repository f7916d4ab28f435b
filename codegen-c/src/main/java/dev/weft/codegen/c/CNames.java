package dev.weft.codegen.c;

import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Gives variables unique C identifiers, the same ones every time. */
final class CNames {
  private final Map<Var, String> names = new HashMap<>();
  private final Set<String> taken;

  /** Identifiers of {@code reserved} are never given out. */
  CNames(Set<String> reserved) {
    this.taken = new HashSet<>(reserved);
  }

  /** The variable's identifier. */
  String of(Var var) {
    return names.computeIfAbsent(var, v -> fresh(v.name()));
  }

  /** Makes a variable go by the identifier of another one. */
  void alias(Var var, Var known) {
    names.put(var, of(known));
  }

  /** A new identifier that looks like {@code wanted}. */
  String fresh(String wanted) {
    String base = wanted.replaceAll("[^A-Za-z0-9_]", "_");
    if (base.isEmpty() || Character.isDigit(base.charAt(0))) {
      base = "v" + base;
    }
    String name = base;
    for (int i = 1; !taken.add(name); i++) {
      name = base + "_" + i;
    }
    return name;
  }
}
