package dev.weft.runtime.jvm;

import dev.weft.base.DType;
import dev.weft.runtime.KernelCompileException;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.host.HostArgument;
import dev.weft.runtime.host.HostProgram;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.stream.IntStream;

/**
 * A program as a hidden class: the JVM verifies its bytecode, and unloads it when nobody uses it. A
 * launch spreads the blocks of its grid over the common pool's threads.
 */
final class JvmProgram implements HostProgram {
  /** Ranges of blocks for each thread, so that a slow one leaves others something to do. */
  private static final int RANGES_PER_THREAD = 4;

  private final Map<String, MethodHandle> kernels;

  private JvmProgram(Map<String, MethodHandle> kernels) {
    this.kernels = kernels;
  }

  /**
   * Defines the class and finds its kernels.
   *
   * @throws KernelCompileException if the class is no valid one, or lacks a kernel
   */
  static HostProgram load(ProgramImage image) {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(image.content(), true);
      Map<String, MethodHandle> kernels = new HashMap<>();
      for (KernelSpec kernel : image.kernels()) {
        MethodType type = type(kernel);
        MethodHandle method = lookup.findStatic(lookup.lookupClass(), kernel.name(), type);
        kernels.put(kernel.name(), method.asSpreader(Object[].class, type.parameterCount()));
      }
      return new JvmProgram(kernels);
    } catch (ReflectiveOperationException | LinkageError | IllegalArgumentException e) {
      throw new KernelCompileException("the JVM refused them: " + e, String.valueOf(e), "jvm");
    }
  }

  private static MethodType type(KernelSpec kernel) {
    MethodType type =
        MethodType.methodType(void.class, long.class, long.class, long.class, long.class);
    for (KernelParam param : kernel.params()) {
      type =
          switch (param) {
            case KernelParam.Buffer b -> type.appendParameterTypes(MemorySegment.class);
            case KernelParam.Scalar(String name, DType dtype) ->
                type.appendParameterTypes(carrier(dtype));
          };
    }
    return type;
  }

  private static Class<?> carrier(DType dtype) {
    if (dtype.isFloat()) {
      return dtype.bits() == 64 ? double.class : float.class;
    }
    return dtype.bits() == 64 ? long.class : int.class;
  }

  @Override
  public Map<String, Long> launch(
      KernelSpec kernel, LaunchConfig config, List<HostArgument> arguments) {
    grid(kernel, config, arguments);
    return Map.of();
  }

  private void grid(KernelSpec kernel, LaunchConfig config, List<HostArgument> arguments) {
    MethodHandle method = kernels.get(kernel.name());
    if (method == null) {
      throw new IllegalStateException("no kernel '" + kernel.name() + "'");
    }
    long blocks = config.grid().count();
    Object[] values = new Object[4 + arguments.size()];
    values[2] = config.grid().x();
    values[3] = config.grid().y();
    for (int i = 0; i < arguments.size(); i++) {
      values[4 + i] =
          switch (arguments.get(i)) {
            case HostArgument.Memory memory -> memory.segment();
            case HostArgument.Scalar(DType dtype, Number value) -> scalar(dtype, value);
          };
    }
    ForkJoinPool pool = ForkJoinPool.commonPool();
    int ranges = (int) Math.min(blocks, (long) pool.getParallelism() * RANGES_PER_THREAD);
    if (ranges <= 1) {
      run(method, values, 0, blocks);
      return;
    }
    List<? extends ForkJoinTask<?>> tasks =
        IntStream.range(0, ranges)
            .mapToObj(
                r ->
                    ForkJoinTask.adapt(
                        () -> run(method, values, blocks * r / ranges, blocks * (r + 1) / ranges)))
            .toList();
    ForkJoinTask.invokeAll(tasks);
  }

  private static Object scalar(DType dtype, Number value) {
    if (dtype.isFloat()) {
      return dtype.bits() == 64 ? (Object) value.doubleValue() : (Object) value.floatValue();
    }
    return dtype.bits() == 64 ? (Object) value.longValue() : (Object) value.intValue();
  }

  private static void run(MethodHandle method, Object[] values, long from, long to) {
    Object[] mine = values.clone();
    mine[0] = from;
    mine[1] = to;
    try {
      method.invokeExact(mine);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a kernel declares no checked exception", e);
    }
  }
}
