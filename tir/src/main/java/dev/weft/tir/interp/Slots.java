package dev.weft.tir.interp;

import dev.weft.tir.Buffer;
import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gives variables and buffers their slots in a {@link Frame}. */
final class Slots {
  private final Map<Object, Integer> slots = new HashMap<>();

  int define(Var var) {
    return slots.computeIfAbsent(var, v -> slots.size());
  }

  int define(Buffer buffer) {
    return slots.computeIfAbsent(buffer, b -> slots.size());
  }

  @Nullable Integer find(Var var) {
    return slots.get(var);
  }

  @Nullable Integer find(Buffer buffer) {
    return slots.get(buffer);
  }

  int size() {
    return slots.size();
  }
}
