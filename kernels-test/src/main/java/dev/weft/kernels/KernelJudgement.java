package dev.weft.kernels;

import dev.weft.base.Tensor;
import dev.weft.codegen.cuda.CudaCodegen;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.rules.DefaultSchedules;
import dev.weft.lowering.simt.SimtCounts;
import dev.weft.lowering.simt.SimtKernel;
import dev.weft.lowering.simt.SimtReport;
import dev.weft.runtime.CompiledProgram;
import dev.weft.runtime.KernelResources;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.ProgramCompilers;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.host.HostArgument;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Judges CUDA kernels where there is no GPU: what NVIDIA's compiler gives them, how many of their
 * warps fit on a multiprocessor, their instructions, and, on the SIMT interpreter at a smaller
 * size, how their accesses coalesce and meet in banks. Prints the table of {@code
 * docs/PERFORMANCE.md}.
 */
public final class KernelJudgement {
  private static final int REGISTERS = 65_536;
  private static final int SHARED_RESERVED = 1024;

  private KernelJudgement() {}

  /**
   * A kernel to judge.
   *
   * @param name what it computes
   * @param large the size that is compiled
   * @param small the size that is run on the SIMT interpreter
   * @param chip what it is for
   * @param operations arithmetic operations at the large size
   * @param bytes bytes that have to move at the large size
   * @param peak operations a second that the chip's units for them do at best
   */
  private record Case(
      String name,
      PrimFunc large,
      PrimFunc small,
      Chip chip,
      double operations,
      double bytes,
      double peak) {}

  /**
   * A GPU, from its data sheet.
   *
   * @param target what its kernels are compiled for
   * @param warps warps that a multiprocessor holds
   * @param shared bytes of shared memory of a multiprocessor
   * @param bandwidth bytes of memory a second
   */
  private record Chip(Target target, int warps, int shared, double bandwidth) {
    static final Chip A100 = new Chip(Target.parse("cuda:sm_80"), 64, 164 << 10, 1.555e12);
    static final Chip H200 = new Chip(Target.parse("cuda:sm_90a"), 64, 228 << 10, 4.8e12);
  }

  /** Kinds of PTX instructions, the first that fits. */
  private static final Map<String, Pattern> KINDS = kinds();

  private static Map<String, Pattern> kinds() {
    Map<String, Pattern> kinds = new LinkedHashMap<>();
    kinds.put("mma", Pattern.compile("^(mma|wgmma\\.mma_async)\\."));
    kinds.put("ldmatrix", Pattern.compile("^ldmatrix\\."));
    kinds.put("cp.async", Pattern.compile("^cp\\.async\\.c[ag]\\."));
    kinds.put("global", Pattern.compile("^(ld|st)\\.global"));
    kinds.put("shared", Pattern.compile("^(ld|st)\\.shared"));
    kinds.put("fma", Pattern.compile("^fma\\."));
    kinds.put("bar", Pattern.compile("^bar\\."));
    kinds.put("other", Pattern.compile("^[a-z]"));
    return kinds;
  }

  private static PrimFunc matmul(int m, int n, int k, String dtype, String sums) {
    String cast = dtype.equals(sums) ? "%s" : "T.cast(%s, \"" + sums + "\")";
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def matmul(A: T.Buffer((%1$d, %3$d), "%4$s"), B: T.Buffer((%2$d, %3$d), "%4$s"),
                   C: T.Buffer((%1$d, %2$d), "%5$s")):
            for i, j, k in T.grid(%1$d, %2$d, %3$d):
                with T.block("C"):
                    vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                    with T.init():
                        C[vi, vj] = T.%5$s(0)
                    C[vi, vj] = C[vi, vj] + %6$s * %7$s
        """
            .formatted(
                m, n, k, dtype, sums, cast.formatted("A[vi, vk]"), cast.formatted("B[vj, vk]")));
  }

  private static PrimFunc rowSum(int rows, int columns) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def row_sum(A: T.Buffer((%1$d, %2$d), "float32"), B: T.Buffer((%1$d,), "float32")):
            for i, k in T.grid(%1$d, %2$d):
                with T.block("B"):
                    vi, vk = T.axis.remap("SR", [i, k])
                    with T.init():
                        B[vi] = T.float32(0)
                    B[vi] = B[vi] + A[vi, vk]
        """
            .formatted(rows, columns));
  }

  private static PrimFunc transpose(int n) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def transpose(A: T.Buffer((%1$d, %1$d), "float32"), B: T.Buffer((%1$d, %1$d), "float32")):
            for i, j in T.grid(%1$d, %1$d):
                with T.block("B"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    B[vi, vj] = A[vj, vi]
        """
            .formatted(n));
  }

  private static Case product(Chip chip, int n, int small, String dtype, String sums, double peak) {
    PrimFunc large = matmul(n, n, n, dtype, sums);
    double element = large.paramBuffers().getFirst().dtype().bytes();
    return new Case(
        dtype + " matmul " + n + "³",
        large,
        matmul(small, small, small, dtype, sums),
        chip,
        2.0 * n * n * n,
        2.0 * n * n * element + 4.0 * n * n,
        peak);
  }

  private static List<Case> cases() {
    double n = 8192;
    return List.of(
        product(Chip.A100, 4096, 64, "float16", "float32", 312e12),
        product(Chip.A100, 4096, 64, "int8", "int32", 624e12),
        product(Chip.A100, 4096, 64, "float32", "float32", 19.5e12),
        product(Chip.H200, 8192, 128, "bfloat16", "float32", 989e12),
        new Case(
            "row sum 8192²",
            rowSum(8192, 8192),
            rowSum(8, 1024),
            Chip.A100,
            n * n,
            4 * n * n,
            9.7e12),
        new Case(
            "transpose 8192²", transpose(8192), transpose(64), Chip.A100, 0, 8 * n * n, 9.7e12));
  }

  /** Prints the table. */
  public static void main(String[] args) {
    System.out.println(
        "| kernel | chip | threads | registers | shared KiB | blocks/SM | occupancy | mma |"
            + " ldmatrix | cp.async | global | shared | fma | bar | other | sectors/ideal |"
            + " conflicts | bound, at best |");
    System.out.println("|" + "---|".repeat(18));
    for (Case test : cases()) {
      System.out.println(row(test));
    }
  }

  private static String row(Case test) {
    Target target = test.chip.target;
    KernelPlan plan = Lowering.lower(DefaultSchedules.apply(test.large, target), target);
    GeneratedProgram generated = CudaCodegen.generate(List.of(plan), target);
    CompiledProgram cubin =
        ProgramCompilers.installed().compile(generated.image(), ProgramFormat.CUBIN);
    CompiledProgram ptx =
        ProgramCompilers.installed().compile(generated.image(), ProgramFormat.PTX);
    Launch launch = plan.launches().getFirst();
    LaunchConfig config = launch.geometry().evaluate(Map.of());
    KernelResources used =
        cubin
            .resources()
            .getOrDefault(generated.kernelName(launch.kernel()), KernelResources.UNKNOWN);
    int threads = (int) (config.block().x() * config.block().y() * config.block().z());
    int registers = (int) used.registers().orElse(0);
    int shared = (int) (used.sharedBytes().orElse(0) + config.sharedBytes());
    int blocks = blocks(test.chip, threads, registers, shared);
    List<Object> cells = new ArrayList<>();
    cells.add(test.name);
    cells.add(test.chip);
    cells.add(threads);
    cells.add(registers);
    cells.add(shared >> 10);
    cells.add(blocks);
    cells.add(Math.round(100.0 * blocks * threads / 32 / test.chip.warps) + " %");
    mix(ptx.image().text()).values().forEach(cells::add);
    SimtCounts counts = counts(test);
    long sectors = counts.globalLoads().sectors() + counts.globalStores().sectors();
    long ideal = counts.globalLoads().idealSectors() + counts.globalStores().idealSectors();
    cells.add(String.format(Locale.ROOT, "%.2f", (double) sectors / ideal));
    cells.add(counts.sharedLoads().bankConflicts() + counts.sharedStores().bankConflicts());
    cells.add(bound(test));
    return "| " + String.join(" | ", cells.stream().map(Object::toString).toList()) + " |";
  }

  private static int blocks(Chip chip, int threads, int registers, int shared) {
    int warps = Math.ceilDiv(threads, 32);
    // Registers are given to warps, 256 at a time.
    int perWarp = Math.ceilDiv(Math.max(1, registers) * 32, 256) * 256;
    int blocks = Math.min(32, chip.warps / warps);
    blocks = Math.min(blocks, REGISTERS / perWarp / warps);
    return Math.min(blocks, chip.shared / (shared + SHARED_RESERVED));
  }

  /** How often each kind of instruction stands in the program. */
  private static Map<String, Integer> mix(String ptx) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    KINDS.keySet().forEach(kind -> counts.put(kind, 0));
    boolean inBody = false;
    for (String line : ptx.lines().map(String::strip).toList()) {
      inBody |= line.equals("{");
      if (!inBody || line.startsWith(".") || line.startsWith("//") || line.endsWith(":")) {
        continue;
      }
      String instruction = line.startsWith("@") ? line.substring(line.indexOf(' ') + 1) : line;
      for (Map.Entry<String, Pattern> kind : KINDS.entrySet()) {
        if (kind.getValue().matcher(instruction).find()) {
          counts.merge(kind.getKey(), 1, Integer::sum);
          break;
        }
      }
    }
    return counts;
  }

  private static SimtCounts counts(Case test) {
    // One core: the tile is then the one that the large size gets.
    Target target = Target.parse(test.chip.target + " -cores=1");
    KernelPlan plan = Lowering.lower(DefaultSchedules.apply(test.small, target), target);
    Launch launch = plan.launches().getFirst();
    List<Tensor> tensors = new ArrayList<>();
    List<HostArgument> arguments = new ArrayList<>();
    for (Buffer buffer : test.small.paramBuffers()) {
      long[] shape =
          buffer.shape().stream().mapToLong(dim -> ((Expr.IntImm) dim).value()).toArray();
      Tensor tensor = Tensor.allocate(buffer.dtype(), shape);
      tensors.add(tensor);
      arguments.add(new HostArgument.Memory(tensor.dtype(), tensor.data()));
    }
    SimtReport report =
        SimtKernel.compile(launch.kernel(), 32, !target.alignsVectors())
            .run(launch.geometry().evaluate(Map.of()), arguments);
    tensors.forEach(Tensor::close);
    if (!report.findings().isEmpty()) {
      throw new IllegalStateException(test.name + ": " + report.findings());
    }
    return report.counts();
  }

  /** What limits the kernel if nothing else does: arithmetic or memory. */
  private static String bound(Case test) {
    double compute = test.operations / test.peak;
    double memory = test.bytes / test.chip.bandwidth;
    return String.format(
        Locale.ROOT,
        "%s, %.0f µs",
        compute > memory ? "arithmetic" : "memory",
        Math.max(compute, memory) * 1e6);
  }
}
