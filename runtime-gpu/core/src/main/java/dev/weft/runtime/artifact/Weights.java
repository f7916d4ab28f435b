package dev.weft.runtime.artifact;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Named constant tensors of a model, read-only. Those from a file are mapped, not copied. */
public interface Weights extends AutoCloseable {
  /** The names, in a fixed order. */
  Set<String> names();

  /**
   * The tensor of that name; it belongs to this object and may not be used once it is closed.
   *
   * @throws InputException if there is none
   */
  Tensor get(String name);

  /** Unmaps what was mapped; tensors that the caller gave stay open. */
  @Override
  void close();

  /** The caller's tensors; the map is copied, the tensors are not. */
  static Weights of(Map<String, Tensor> tensors) {
    Map<String, Tensor> copy = new LinkedHashMap<>(tensors);
    return new Weights() {
      @Override
      public Set<String> names() {
        return java.util.Collections.unmodifiableSet(copy.keySet());
      }

      @Override
      public Tensor get(String name) {
        Tensor tensor = copy.get(name);
        if (tensor == null) {
          throw new InputException(
              "there are no weights named '" + name + "'", "", "there are " + copy.keySet());
        }
        return tensor;
      }

      @Override
      public void close() {}
    };
  }
}
