package dev.weft.compiler;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.graph.TensorType;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.runtime.Device;
import dev.weft.runtime.Devices;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.structural.StructuralHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Works constants out at compile time: small ones with the reference interpreter, large ones (a
 * model's weights) with the JVM backend, if that is on the class path. A function that was compiled
 * once serves all constants of its shapes.
 */
final class JvmEvaluator implements ConstantEvaluator, AutoCloseable {
  /** Elements that the interpreter takes less time for than compiling would. */
  private static final long SMALL = 1 << 18;

  private final ConstantEvaluator interpreter = ConstantEvaluator.interpreter();
  private @Nullable Device device;
  private boolean opened;
  private final Map<Long, List<Compiled>> compiled = new HashMap<>();

  /** A function that was compiled. */
  private record Compiled(PrimFunc function, CompiledFunction code) {}

  /** The JVM backend's device; looked for when it is first needed. */
  private @Nullable Device device() {
    if (!opened) {
      opened = true;
      try {
        device = Devices.installed().open("jvm");
      } catch (InputException e) {
        // An application without it: the interpreter takes longer for the same.
        device = null;
      }
    }
    return device;
  }

  @Override
  public List<Tensor> evaluate(PrimFunc function, List<Tensor> inputs, List<TensorType> outputs) {
    long elements = inputs.stream().mapToLong(Tensor::elements).sum();
    for (TensorType output : outputs) {
      elements += Arrays.stream(output.shape().toLongs()).reduce(1, (a, b) -> a * b);
    }
    Device on = elements < SMALL ? null : device();
    if (on == null) {
      return interpreter.evaluate(function, inputs, outputs);
    }
    List<Tensor> results =
        outputs.stream()
            .map(type -> Tensor.allocate(type.dtype(), type.shape().toLongs()))
            .toList();
    List<Tensor> args = new ArrayList<>(inputs);
    args.addAll(results);
    compiled(function, on).run(args);
    return results;
  }

  private CompiledFunction compiled(PrimFunc function, Device on) {
    List<Compiled> candidates =
        compiled.computeIfAbsent(StructuralHash.of(function), hash -> new ArrayList<>());
    for (Compiled candidate : candidates) {
      if (StructuralEqual.equal(candidate.function, function)) {
        return candidate.code;
      }
    }
    Compiled added = new Compiled(function, CompiledFunction.compile(function, on));
    candidates.add(added);
    return added.code;
  }

  @Override
  public void close() {
    compiled.values().forEach(all -> all.forEach(each -> each.code.close()));
    if (device != null) {
      device.close();
    }
  }
}
