package dev.weft.runtime.exec;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of a block of instructions during a run; what is not here is looked up outside. Closing
 * drops the names, and with the last name for it memory of its own.
 */
final class Scope implements AutoCloseable {
  private final @Nullable Scope outer;
  private final Map<String, BoundBuffer> buffers = new LinkedHashMap<>();
  private final Map<String, SliceStack> stacks = new LinkedHashMap<>();

  /** All sizes known here, those of outside included. */
  private final Map<String, Long> sizes;

  private Scope(@Nullable Scope outer, Map<String, Long> sizes) {
    this.outer = outer;
    this.sizes = new HashMap<>(sizes);
  }

  static Scope outermost(Map<String, Long> sizes) {
    return new Scope(null, sizes);
  }

  Scope inner() {
    return new Scope(this, sizes);
  }

  Map<String, Long> sizes() {
    return sizes;
  }

  void define(String size, long value) {
    sizes.put(size, value);
  }

  long size(String name) {
    Long value = sizes.get(name);
    if (value == null) {
      throw new IllegalStateException("the plan was checked, so the size " + name + " is defined");
    }
    return value;
  }

  void define(String name, BoundBuffer buffer) {
    buffer.claim().add();
    BoundBuffer before = buffers.put(name, buffer);
    if (before != null) {
      before.claim().drop();
    }
  }

  void define(String name, SliceStack stack) {
    stacks.put(name, stack);
  }

  SliceStack stack(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      SliceStack stack = scope.stacks.get(name);
      if (stack != null) {
        return stack;
      }
    }
    throw new IllegalStateException("the plan was checked, so the stack " + name + " is defined");
  }

  BoundBuffer buffer(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      BoundBuffer buffer = scope.buffers.get(name);
      if (buffer != null) {
        return buffer;
      }
    }
    throw new IllegalStateException("the plan was checked, so the buffer " + name + " is defined");
  }

  void free(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      BoundBuffer buffer = scope.buffers.remove(name);
      if (buffer != null) {
        buffer.claim().drop();
        return;
      }
    }
  }

  /** Drops all names of this block. */
  @Override
  public void close() {
    buffers.values().forEach(buffer -> buffer.claim().drop());
    buffers.clear();
    stacks.values().forEach(SliceStack::close);
    stacks.clear();
  }
}
