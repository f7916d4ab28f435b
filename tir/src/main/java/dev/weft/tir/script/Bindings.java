package dev.weft.tir.script;

import dev.weft.tir.Buffer;
import dev.weft.tir.Var;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What names mean where the reader is, innermost scope first. */
final class Bindings {
  private final Deque<Map<String, Value>> scopes = new ArrayDeque<>();

  Bindings() {
    scopes.push(new HashMap<>());
  }

  @Nullable Value find(String name) {
    for (Map<String, Value> scope : scopes) {
      Value value = scope.get(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  void define(String name, Value value) {
    scopes.element().put(name, value);
  }

  <T> T scoped(Supplier<T> body) {
    scopes.push(new HashMap<>());
    try {
      return body.get();
    } finally {
      scopes.pop();
    }
  }

  /** The buffers that can be named here, by their pointers. */
  Map<Var, Buffer> buffersByPointer() {
    Map<Var, Buffer> buffers = new HashMap<>();
    for (Map<String, Value> scope : scopes) {
      for (Value value : scope.values()) {
        if (value instanceof Value.BufferValue(Buffer buffer)) {
          buffers.putIfAbsent(buffer.data(), buffer);
        }
      }
    }
    return buffers;
  }
}
