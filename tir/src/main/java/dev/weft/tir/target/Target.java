package dev.weft.tir.target;

import static dev.weft.base.DType.BFLOAT16;
import static dev.weft.base.DType.BOOL;
import static dev.weft.base.DType.FLOAT16;
import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.FLOAT64;
import static dev.weft.base.DType.FLOAT8_E4M3;
import static dev.weft.base.DType.FLOAT8_E5M2;
import static dev.weft.base.DType.INT16;
import static dev.weft.base.DType.INT32;
import static dev.weft.base.DType.INT64;
import static dev.weft.base.DType.INT8;
import static dev.weft.base.DType.UINT16;
import static dev.weft.base.DType.UINT32;
import static dev.weft.base.DType.UINT64;
import static dev.weft.base.DType.UINT8;

import dev.weft.base.DType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What code is compiled for: a kind of code, the class of device, the sizes to keep within and what
 * the device can do. Schedules, lowering and code generation ask the target, never a device.
 *
 * <p>Text form: {@code kind[:arch][ -option=value]…}, where the options are the deviations from
 * what {@code kind:arch} stands for: {@code opencl}, {@code opencl:cpu -cores=2}, {@code
 * cuda:sm_90a}.
 *
 * @param kind the kind of code
 * @param arch the architecture; empty for the kind's generic one
 * @param deviceClass what runs it
 * @param limits sizes to keep within
 * @param capabilities dtypes and features
 */
public record Target(
    Kind kind, String arch, DeviceClass deviceClass, Limits limits, Capabilities capabilities) {
  /** The kinds of code that Weft generates or runs. */
  public enum Kind {
    /** OpenCL C 1.2. */
    OPENCL,
    /** CUDA C. */
    CUDA,
    /** SPIR-V for Vulkan. */
    VULKAN,
    /** JVM bytecode. */
    JVM,
    /** Plain C. */
    C,
    /** The reference interpreter: runs any TensorIR. */
    INTERPRETER,
    /** The SIMT interpreter: runs lowered kernels. */
    SIMT;

    /** The name in a target's text form. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What runs the code. It decides which schedules are good, not which are legal. */
  public enum DeviceClass {
    /** A few cores with wide vectors and caches: one work-item a register tile. */
    CPU,
    /** Many threads in warps: coalesced access, shared memory, occupancy. */
    GPU
  }

  private static final Set<DType> COMMON =
      Set.of(BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FLOAT32);

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException naming the kinds or options that exist
   */
  public static Target parse(String text) {
    String[] words = text.strip().split("\\s+", -1);
    int colon = words[0].indexOf(':');
    String kindText = colon < 0 ? words[0] : words[0].substring(0, colon);
    String arch = colon < 0 ? "" : words[0].substring(colon + 1);
    for (Kind kind : Kind.values()) {
      if (kind.text().equals(kindText)) {
        Target target = standard(kind, arch);
        for (int i = 1; i < words.length; i++) {
          target = TargetOption.apply(target, words[i]);
        }
        return target;
      }
    }
    throw new IllegalArgumentException(
        "'"
            + kindText
            + "' is not a target kind; known are "
            + String.join(", ", List.of(Kind.values()).stream().map(Kind::text).toList()));
  }

  /** A GPU that has what OpenCL 1.2 promises and what nearly every GPU adds. */
  public static Target opencl() {
    return standard(Kind.OPENCL, "");
  }

  /** A CPU driven through OpenCL, as PoCL does: 2 cores unless changed, 32-byte vectors. */
  public static Target openclCpu() {
    return standard(Kind.OPENCL, "cpu");
  }

  /** What {@code kind:arch} stands for. */
  static Target standard(Kind kind, String arch) {
    return switch (kind) {
      case OPENCL -> {
        if (arch.equals("cpu")) {
          Limits limits = new Limits(4096, 4096, 4096, 4096, 512 << 10, 8192, 1, 32, 2);
          yield new Target(kind, arch, DeviceClass.CPU, limits, openclTable());
        }
        requireArch(kind, arch, "", "cpu");
        Limits limits = new Limits(256, 256, 256, 64, 32 << 10, 512, 32, 16, 16);
        yield new Target(kind, arch, DeviceClass.GPU, limits, openclTable());
      }
      case CUDA -> cuda(arch);
      case VULKAN -> {
        requireArch(kind, arch, "");
        Limits limits = new Limits(256, 256, 256, 64, 32 << 10, 512, 32, 16, 16);
        Capabilities table =
            new Capabilities(
                Set.of(BOOL, INT32, UINT32, FLOAT32),
                Set.of(BOOL, INT32, UINT32, FLOAT32),
                Set.of());
        yield new Target(kind, arch, DeviceClass.GPU, limits, table);
      }
      case JVM -> {
        requireArch(kind, arch, "");
        // Threads of a block are a loop; scalars only, since the JIT makes vectors of loops.
        Limits limits = new Limits(1024, 1024, 1024, 64, 256 << 10, 8192, 1, 1, 2);
        Set<DType> all = with(COMMON, FLOAT64, FLOAT16, BFLOAT16, FLOAT8_E4M3, FLOAT8_E5M2);
        yield new Target(kind, arch, DeviceClass.CPU, limits, new Capabilities(all, all, Set.of()));
      }
      case C -> {
        requireArch(kind, arch, "");
        Limits limits = new Limits(1, 1, 1, 1, 512 << 10, 8192, 1, 32, 2);
        Set<DType> all = with(COMMON, FLOAT64);
        yield new Target(kind, arch, DeviceClass.CPU, limits, new Capabilities(all, all, Set.of()));
      }
      case SIMT -> {
        requireArch(kind, arch, "");
        // A GPU of today without its options: what any kernel may use without asking for more.
        Limits limits = new Limits(1024, 1024, 1024, 64, 48 << 10, 1020, 32, 16, 16);
        Set<DType> all = with(COMMON, FLOAT64, FLOAT16, BFLOAT16, FLOAT8_E4M3, FLOAT8_E5M2);
        EnumSet<Feature> features =
            EnumSet.of(
                Feature.SUBGROUPS,
                Feature.INT8_DOT,
                Feature.ATOMIC_INT64,
                Feature.ATOMIC_FLOAT32,
                Feature.ASYNC_COPY);
        yield new Target(kind, arch, DeviceClass.GPU, limits, new Capabilities(all, all, features));
      }
      case INTERPRETER -> {
        requireArch(kind, arch, "");
        Limits limits = new Limits(1024, 1024, 1024, 64, 227 << 10, 1024, 32, 16, 16);
        Set<DType> all = with(COMMON, FLOAT64, FLOAT16, BFLOAT16, FLOAT8_E4M3, FLOAT8_E5M2);
        yield new Target(
            kind,
            arch,
            DeviceClass.GPU,
            limits,
            new Capabilities(all, all, EnumSet.allOf(Feature.class)));
      }
    };
  }

  private static Capabilities openclTable() {
    // Any OpenCL device reads and writes half; fp16 arithmetic and fp64 are extensions. fp64 is so
    // common that leaving it out would refuse more programs than it saves.
    Set<DType> arithmetic = with(COMMON, FLOAT64);
    return new Capabilities(with(arithmetic, FLOAT16), arithmetic, Set.of());
  }

  private static Target cuda(String arch) {
    String name = arch.isEmpty() ? "sm_80" : arch;
    if (!name.matches("sm_\\d{2,3}[af]?")) {
      throw new IllegalArgumentException(
          "'" + arch + "' is not a CUDA architecture; write cuda:sm_80, cuda:sm_90a");
    }
    int version = Integer.parseInt(name.replaceAll("\\D", ""));
    if (version < 60) {
      throw new IllegalArgumentException(
          "CUDA architecture " + name + " is older than sm_60, the oldest supported");
    }
    EnumSet<Feature> features =
        EnumSet.of(Feature.SUBGROUPS, Feature.ATOMIC_INT64, Feature.ATOMIC_FLOAT32);
    // What an architecture has no instruction for, the generated code's prelude does in software.
    Set<DType> dtypes = with(COMMON, FLOAT64, FLOAT16, BFLOAT16, FLOAT8_E4M3, FLOAT8_E5M2);
    if (version >= 61) {
      features.add(Feature.INT8_DOT);
    }
    if (version >= 70) {
      features.add(Feature.TENSOR_CORES);
    }
    if (version >= 80) {
      features.add(Feature.ASYNC_COPY);
    }
    if (version >= 90) {
      features.add(Feature.BULK_COPY);
      features.add(Feature.CLUSTERS);
    }
    if (version == 90 && name.endsWith("a")) {
      features.add(Feature.WARP_GROUP_MMA);
    }
    int shared = version >= 90 ? 227 << 10 : version >= 80 ? 99 << 10 : 48 << 10;
    Limits limits = new Limits(1024, 1024, 1024, 64, shared, 1020, 32, 16, 108);
    return new Target(
        Kind.CUDA, name, DeviceClass.GPU, limits, new Capabilities(dtypes, dtypes, features));
  }

  private static void requireArch(Kind kind, String arch, String... known) {
    if (!List.of(known).contains(arch)) {
      throw new IllegalArgumentException(
          "target " + kind.text() + " has no architecture '" + arch + "'");
    }
  }

  private static Set<DType> with(Set<DType> dtypes, DType... more) {
    List<DType> all = new ArrayList<>(dtypes);
    all.addAll(List.of(more));
    return Set.copyOf(all);
  }

  /** Whether the device is a CPU. */
  public boolean isCpu() {
    return deviceClass == DeviceClass.CPU;
  }

  /** The lanes of the widest vector of this type worth using. */
  public int vectorLanes(DType dtype) {
    return Math.max(1, limits.vectorBytes() / dtype.scalar().bytes());
  }

  /** Whether code for it may hold vector operations; without, loops stay loops. */
  public boolean hasVectors() {
    return limits.vectorBytes() > 1;
  }

  /** Whether a vector can be loaded and stored only at a multiple of its size. */
  public boolean alignsVectors() {
    return switch (kind) {
      case CUDA, SIMT, VULKAN -> true;
      case OPENCL, JVM, C, INTERPRETER -> false;
    };
  }

  /** The same target with other limits. */
  public Target withLimits(Limits newLimits) {
    return new Target(kind, arch, deviceClass, newLimits, capabilities);
  }

  /** The same target with other capabilities. */
  public Target withCapabilities(Capabilities newCapabilities) {
    return new Target(kind, arch, deviceClass, limits, newCapabilities);
  }

  /** The same target for another class of device. */
  public Target withDeviceClass(DeviceClass newClass) {
    return new Target(kind, arch, newClass, limits, capabilities);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind.text());
    if (!arch.isEmpty()) {
      text.append(':').append(arch);
    }
    Target standard = standard(kind, arch);
    for (TargetOption option : TargetOption.values()) {
      String value = option.read(this);
      if (!value.equals(option.read(standard))) {
        text.append(" -").append(option.text()).append('=').append(value);
      }
    }
    return text.toString();
  }
}
