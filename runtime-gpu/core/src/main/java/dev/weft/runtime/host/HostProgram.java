package dev.weft.runtime.host;

import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchConfig;
import java.util.List;
import java.util.Map;

/** A program whose kernels run in this process. Launches may come from several threads. */
public interface HostProgram extends AutoCloseable {
  /**
   * Runs a whole grid and returns when it is done; the arguments fit the kernel's parameters.
   *
   * @return what it counted, by name, in order; empty for a program that counts nothing
   */
  Map<String, Long> launch(KernelSpec kernel, LaunchConfig config, List<HostArgument> arguments);

  @Override
  default void close() {}
}
