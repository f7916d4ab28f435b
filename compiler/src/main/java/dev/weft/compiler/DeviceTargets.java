package dev.weft.compiler;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.compiler.simt.SimtProvider;
import dev.weft.runtime.DeviceClass;
import dev.weft.runtime.DeviceInfo;
import dev.weft.tir.target.Capabilities;
import dev.weft.tir.target.Feature;
import dev.weft.tir.target.Limits;
import dev.weft.tir.target.Target;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** What code to generate for a device: its {@link DeviceInfo} as a {@link Target}. */
public final class DeviceTargets {
  /** Register tile of one work-item on a CPU: what fits the vector registers and a bit of stack. */
  private static final int CPU_LOCAL_BYTES = 8192;

  private static final int GPU_LOCAL_BYTES = 512;

  private DeviceTargets() {}

  /**
   * The target for a device.
   *
   * @throws InputException if Weft has no code generator for such a device
   */
  public static Target of(DeviceInfo info) {
    boolean cpu = info.deviceClass() == DeviceClass.CPU;
    return switch (info.backend()) {
      case "opencl" -> opencl(info, cpu);
      case "cuda" -> cuda(info);
      case "jvm" -> jvm(info);
      case "interpreter" -> Target.parse("interpreter");
      case "simt" -> SimtProvider.target();
      default ->
          throw new InputException(
              "there is no code generator for the backend '" + info.backend() + "'",
              info.name(),
              "use cuda:0, opencl:0, jvm, simt or interpreter");
    };
  }

  private static Target jvm(DeviceInfo info) {
    return Target.parse("jvm -cores=" + Math.max(1, info.capabilities().computeUnits()));
  }

  /** The extensions name the architecture: {@code sm_90a}. */
  private static Target cuda(DeviceInfo info) {
    String arch =
        info.capabilities().extensions().stream()
            .filter(extension -> extension.startsWith("sm_"))
            .findFirst()
            .orElseThrow();
    return Target.parse(
        "cuda:%s -shared=%d -cores=%d"
            .formatted(
                arch,
                bounded(info.capabilities().sharedBytes()),
                Math.max(1, info.capabilities().computeUnits())));
  }

  private static Target opencl(DeviceInfo info, boolean cpu) {
    Target base = cpu ? Target.openclCpu() : Target.opencl();
    dev.weft.runtime.Capabilities found = info.capabilities();
    int floatLanes = Math.max(1, found.vectorWidth(DType.FLOAT32));
    Limits limits =
        new Limits(
            found.maxThreadsPerBlock(),
            bounded(found.maxBlock().get(0)),
            bounded(found.maxBlock().get(1)),
            bounded(found.maxBlock().get(2)),
            bounded(found.sharedBytes()),
            cpu ? CPU_LOCAL_BYTES : GPU_LOCAL_BYTES,
            Math.max(1, found.subgroupSize()),
            cpu ? Math.max(16, floatLanes * DType.FLOAT32.bytes()) : base.limits().vectorBytes(),
            Math.max(1, found.computeUnits()));
    Set<Feature> features = EnumSet.noneOf(Feature.class);
    if (found.extensions().contains("cl_khr_subgroups")) {
      features.add(Feature.SUBGROUPS);
    }
    if (found.extensions().contains("cl_khr_int64_base_atomics")) {
      features.add(Feature.ATOMIC_INT64);
    }
    // A buffer can hold anything, but OpenCL C has no types for all of it: bfloat16 is kept in the
    // bits of integers.
    Set<DType> storage = new LinkedHashSet<>(found.storageDtypes());
    storage.retainAll(base.capabilities().storage());
    Capabilities table = new Capabilities(storage, found.arithmeticDtypes(), features);
    return new Target(base.kind(), base.arch(), base.deviceClass(), limits, table);
  }

  private static int bounded(long value) {
    return (int) Math.max(1, Math.min(value, Integer.MAX_VALUE));
  }
}
