package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.codegen.opencl.OpenClCodegen;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.simt.Finding;
import dev.weft.lowering.simt.SimtKernel;
import dev.weft.runtime.host.HostArgument;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.interp.InterpreterException;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Kernels for GPUs: threads, shared memory filled together, sums in registers. */
@ExtendWith(DeviceCounts.class)
final class Chapter7GpuTest {
  private static final Matmul.Tile REGISTERS = new Matmul.Tile(8, 8, 4);
  private static final Matmul.Tile SHARED = new Matmul.Tile(8, 8, 8);

  private static KernelPlan lowered(PrimFunc function) {
    return Lowering.lower(function, Target.opencl());
  }

  /** The OpenCL C of a function's kernels, without what differs between layouts of the text. */
  private static String openCl(PrimFunc function) {
    byte[] content =
        OpenClCodegen.generate(List.of(lowered(function)), Target.opencl()).image().content();
    return new String(content, StandardCharsets.UTF_8).replaceAll("\\s+", " ");
  }

  private static int count(String text, String part) {
    return (int) Pattern.compile(Pattern.quote(part)).matcher(text).results().count();
  }

  static Stream<DeviceUnderTest> devices() {
    return DeviceUnderTest.all().stream();
  }

  // Vector add: a thread an element.

  private static PrimFunc vectorAdd() {
    return VectorAdd.onThreads(CoursePrograms.vectorAdd(1024).get("main"), 128);
  }

  private static List<Tensor> vectors() {
    Tensor a = Tensor.allocate(DType.FLOAT32, 1024);
    Tensor b = Tensor.allocate(DType.FLOAT32, 1024);
    for (long i = 0; i < 1024; i++) {
      a.setDouble(i, i * 0.25);
      b.setDouble(i, (double) (1024 - i));
    }
    return List.of(a, b, Golden.unset(1024));
  }

  private static void assertSums(List<Tensor> tensors) {
    for (long i = 0; i < 1024; i++) {
      assertThat(tensors.get(2).getDouble(i))
          .isEqualTo(tensors.get(0).getDouble(i) + tensors.get(1).getDouble(i));
    }
  }

  @Test
  void aThreadAnElement() {
    PrimFunc scheduled = vectorAdd();
    Structure.assertBody(
        scheduled,
        """
        for i_0 in T.thread_binding(8, thread="blockIdx.x"):
            for i_1 in T.thread_binding(128, thread="threadIdx.x"):
                with T.block("C"):
                    vi = T.axis.spatial(1024, i_0 * 128 + i_1)
                    T.reads(A[vi], B[vi])
                    T.writes(C[vi])
                    C[vi] = A[vi] + B[vi]
        """);
    KernelPlan plan = lowered(scheduled);
    assertThat(plan.launches()).hasSize(1);
    var geometry = plan.launches().getFirst().geometry().evaluate(Map.of());
    assertThat(geometry.grid().x()).isEqualTo(8);
    assertThat(geometry.block().x()).isEqualTo(128);
    List<Tensor> tensors = vectors();
    Interpreter.run(scheduled, tensors);
    assertSums(tensors);
  }

  @Tag("devices")
  @ParameterizedTest
  @MethodSource("devices")
  void devicesAdd(DeviceUnderTest device) {
    List<Tensor> tensors = vectors();
    DeviceCounts.count(device.name(), () -> device.run(vectorAdd(), tensors));
    assertSums(tensors);
  }

  // Window sum: what the threads of a block share is copied once.

  @Test
  void whatABlockOfThreadsReadsIsCopiedToSharedMemoryTogether() {
    Schedule schedule = Schedule.of(CoursePrograms.windowSum());
    BlockRef block = schedule.getBlock("B");
    List<LoopRef> i = schedule.split(schedule.getLoops(block).getFirst(), null, 128);
    schedule.bind(i.get(0), "blockIdx.x");
    schedule.bind(i.get(1), "threadIdx.x");
    BlockRef shared = schedule.cacheRead(block, 0, "shared");
    schedule.computeAt(shared, i.get(1));
    // All of what the 128 threads need, not one thread's window: shared memory is the block's.
    Structure.assertBody(
        schedule.function(),
        """
        A_shared = T.alloc_buffer((1027,), scope="shared")
        for i_0 in T.thread_binding(8, thread="blockIdx.x"):
            for i_1 in T.thread_binding(128, thread="threadIdx.x"):
                for ax0 in range(130):
                    with T.block("A_shared"):
                        v0 = T.axis.spatial(1027, i_0 * 128 + ax0)
                        T.reads(A[v0])
                        T.writes(A_shared[v0])
                        A_shared[v0] = A[v0]
                with T.block("B"):
                    vi = T.axis.spatial(1024, i_0 * 128 + i_1)
                    T.reads(A_shared[vi:vi + 3])
                    T.writes(B[vi])
                    B[vi] = A_shared[vi] + A_shared[vi + 1] + A_shared[vi + 2]
        """);
    List<LoopRef> ax = schedule.split(schedule.getLoops(shared).getLast(), null, 128);
    schedule.bind(ax.get(1), "threadIdx.x");
    Structure.assertBody(
        schedule.function(),
        """
        A_shared = T.alloc_buffer((1027,), scope="shared")
        for i_0 in T.thread_binding(8, thread="blockIdx.x"):
            for i_1 in T.thread_binding(128, thread="threadIdx.x"):
                for ax0_0 in range(2):
                    for ax0_1 in T.thread_binding(128, thread="threadIdx.x"):
                        with T.block("A_shared"):
                            v0 = T.axis.spatial(1027, i_0 * 128 + (ax0_0 * 128 + ax0_1))
                            T.where(ax0_0 * 128 + ax0_1 < 130)
                            T.reads(A[v0])
                            T.writes(A_shared[v0])
                            A_shared[v0] = A[v0]
                with T.block("B"):
                    vi = T.axis.spatial(1024, i_0 * 128 + i_1)
                    T.reads(A_shared[vi:vi + 3])
                    T.writes(B[vi])
                    B[vi] = A_shared[vi] + A_shared[vi + 1] + A_shared[vi + 2]
        """);
    PrimFunc again = WindowSum.withSharedStage(CoursePrograms.windowSum(), 128);
    assertThat(StructuralEqual.check(schedule.function(), again)).isEmpty();
  }

  @Test
  void windowSumKernelHasOneBarrierAndNoLoop() {
    PrimFunc scheduled = WindowSum.withSharedStage(CoursePrograms.windowSum(), 128);
    String source = openCl(scheduled);
    assertThat(source)
        .contains("__kernel __attribute__((reqd_work_group_size(128, 1, 1)))")
        .contains("__global const float* restrict A")
        .contains("__global float* restrict B")
        .contains("__local float A_shared[130];")
        .contains("get_group_id(0)")
        .contains("get_local_id(0)")
        .contains("base = bx * 128 + tx;")
        .contains("A_shared[tx] = A[base];")
        .contains("if (tx < 2)")
        .contains("A_shared[tx + 128] = A[base + 128];")
        .contains("B[base] = A_shared[tx] + A_shared[tx + 1] + A_shared[tx + 2];");
    assertThat(count(source, "barrier(CLK_LOCAL_MEM_FENCE);")).isEqualTo(1);
    assertThat(source.indexOf("barrier("))
        .isBetween(source.indexOf("A_shared[tx + 128] ="), source.indexOf("B[base] ="));
    assertThat(count(source, "for (")).as("the copy's last step is on its own").isZero();
  }

  @Test
  void withoutItsPredicateTheCopyLeavesTheBuffer() {
    String guarded = TvmScript.print(WindowSum.withSharedStage(CoursePrograms.windowSum(), 128));
    String unguarded = guarded.replaceAll("(?m)^ *T\\.where\\(.*\\R", "");
    assertThat(unguarded).isNotEqualTo(guarded);
    Golden.checkWindowSum(TvmScript.parseFunction(guarded), Interpreter::run);
    PrimFunc wrong = TvmScript.parseFunction(unguarded);
    assertThatThrownBy(() -> Golden.checkWindowSum(wrong, Interpreter::run))
        .isInstanceOf(InterpreterException.class)
        .hasMessageContaining("1027")
        .hasMessageContaining("A_shared");
  }

  @Test
  void withoutItsBarrierTheCopyRaces() {
    Launch launch =
        lowered(WindowSum.withSharedStage(CoursePrograms.windowSum(), 128)).launches().getFirst();
    PrimFunc kernel = launch.kernel();
    assertThat(findings(launch, kernel)).isEmpty();
    IrRewriter withoutBarriers =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            return node instanceof Stmt.Evaluate(Expr.Call call) && call.is(Intrinsic.STORAGE_SYNC)
                ? new Stmt.Evaluate(Expr.int32(0))
                : super.stmt(node);
          }
        };
    assertThat(findings(launch, kernel.withBody(withoutBarriers.stmt(kernel.body()))))
        .isNotEmpty()
        .allMatch(finding -> finding.kind() == Finding.Kind.DATA_RACE);
  }

  private static List<Finding> findings(Launch launch, PrimFunc kernel) {
    List<HostArgument> arguments =
        Stream.of(Golden.sawtooth(1027), Golden.unset(1024))
            .<HostArgument>map(t -> new HostArgument.Memory(t.dtype(), t.data()))
            .toList();
    return SimtKernel.compile(kernel, 32)
        .run(launch.geometry().evaluate(Map.of()), arguments)
        .findings();
  }

  @Test
  void windowSumsInTheInterpreter() {
    windowSums().forEach(function -> Golden.checkWindowSum(function, Interpreter::run));
  }

  @Tag("devices")
  @ParameterizedTest
  @MethodSource("devices")
  void windowSumsOnDevices(DeviceUnderTest device) {
    DeviceCounts.count(
        device.name(),
        () -> windowSums().forEach(function -> Golden.checkWindowSum(function, device::run)));
  }

  private static List<PrimFunc> windowSums() {
    PrimFunc sum = CoursePrograms.windowSum();
    return List.of(sum, WindowSum.onThreads(sum, 128), WindowSum.withSharedStage(sum, 128));
  }

  // Matmul: sums in registers, factors in shared memory.

  @Test
  void sumsInRegisters() {
    PrimFunc scheduled = Matmul.registerBlocked(CoursePrograms.matmul(1024), REGISTERS);
    Structure.assertBody(
        scheduled,
        """
        C_local = T.alloc_buffer((1024, 1024), scope="local")
        for i_0 in T.thread_binding(16, thread="blockIdx.y"):
            for j_0 in T.thread_binding(16, thread="blockIdx.x"):
                for i_1 in T.thread_binding(8, thread="threadIdx.y"):
                    for j_1 in T.thread_binding(8, thread="threadIdx.x"):
                        for i_2_init, j_2_init in T.grid(8, 8):
                            with T.block("C_init"):
                                vi = T.axis.spatial(1024, i_0 * 64 + i_1 * 8 + i_2_init)
                                vj = T.axis.spatial(1024, j_0 * 64 + j_1 * 8 + j_2_init)
                                T.reads()
                                T.writes(C_local[vi, vj])
                                C_local[vi, vj] = T.float32(0)
                        for k_0 in range(256):
                            for k_1 in T.unroll(4):
                                for i_2, j_2 in T.grid(8, 8):
                                    with T.block("C_update"):
                                        vi = T.axis.spatial(1024, i_0 * 64 + i_1 * 8 + i_2)
                                        vj = T.axis.spatial(1024, j_0 * 64 + j_1 * 8 + j_2)
                                        vk = T.axis.reduce(1024, k_0 * 4 + k_1)
                                        T.reads(C_local[vi, vj], A[vi, vk], B[vk, vj])
                                        T.writes(C_local[vi, vj])
                                        C_local[vi, vj] = C_local[vi, vj] + A[vi, vk] * B[vk, vj]
                        for ax0, ax1 in T.grid(8, 8):
                            with T.block("C_local"):
                                v0 = T.axis.spatial(1024, i_0 * 64 + i_1 * 8 + ax0)
                                v1 = T.axis.spatial(1024, j_0 * 64 + j_1 * 8 + ax1)
                                T.reads(C_local[v0, v1])
                                T.writes(C[v0, v1])
                                C[v0, v1] = C_local[v0, v1]
        """);
    assertThat(openCl(scheduled))
        .contains("reqd_work_group_size(8, 8, 1)")
        .contains("float C_local[64];")
        .doesNotContain("barrier(");
  }

  @Test
  void factorsInSharedMemory() {
    PrimFunc scheduled = Matmul.sharedBlocked(CoursePrograms.matmul(1024), SHARED, 4);
    Structure.assertBody(
        scheduled,
        """
        C_local = T.alloc_buffer((1024, 1024), scope="local")
        A_shared = T.alloc_buffer((1024, 1024), scope="shared")
        B_shared = T.alloc_buffer((1024, 1024), scope="shared")
        for i_0 in T.thread_binding(16, thread="blockIdx.y"):
            for j_0 in T.thread_binding(16, thread="blockIdx.x"):
                for i_1_j_1_fused in T.thread_binding(64, thread="threadIdx.x"):
                    for i_2_init, j_2_init in T.grid(8, 8):
                        with T.block("C_init"):
                            vi = T.axis.spatial(1024, i_0 * 64 + i_1_j_1_fused // 8 * 8 + i_2_init)
                            vj = T.axis.spatial(1024, j_0 * 64 + i_1_j_1_fused % 8 * 8 + j_2_init)
                            T.reads()
                            T.writes(C_local[vi, vj])
                            C_local[vi, vj] = T.float32(0)
                    for k_0 in range(128):
                        for ax0_ax1_fused_0 in range(2):
                            for ax0_ax1_fused_1 in T.thread_binding(64, thread="threadIdx.x"):
                                for ax0_ax1_fused_2 in T.vectorized(4):
                                    with T.block("A_shared"):
                                        v0 = T.axis.spatial(1024, i_0 * 64 + (ax0_ax1_fused_0 * 256 + ax0_ax1_fused_1 * 4 + ax0_ax1_fused_2) // 8)
                                        v1 = T.axis.spatial(1024, k_0 * 8 + (ax0_ax1_fused_0 * 256 + ax0_ax1_fused_1 * 4 + ax0_ax1_fused_2) % 8)
                                        T.reads(A[v0, v1])
                                        T.writes(A_shared[v0, v1])
                                        A_shared[v0, v1] = A[v0, v1]
                        for ax0_ax1_fused_0 in range(2):
                            for ax0_ax1_fused_1 in T.thread_binding(64, thread="threadIdx.x"):
                                for ax0_ax1_fused_2 in T.vectorized(4):
                                    with T.block("B_shared"):
                                        v0 = T.axis.spatial(1024, k_0 * 8 + (ax0_ax1_fused_0 * 256 + ax0_ax1_fused_1 * 4 + ax0_ax1_fused_2) // 64)
                                        v1 = T.axis.spatial(1024, j_0 * 64 + (ax0_ax1_fused_0 * 256 + ax0_ax1_fused_1 * 4 + ax0_ax1_fused_2) % 64)
                                        T.reads(B[v0, v1])
                                        T.writes(B_shared[v0, v1])
                                        B_shared[v0, v1] = B[v0, v1]
                        for k_1, i_2, j_2 in T.grid(8, 8, 8):
                            with T.block("C_update"):
                                vi = T.axis.spatial(1024, i_0 * 64 + i_1_j_1_fused // 8 * 8 + i_2)
                                vj = T.axis.spatial(1024, j_0 * 64 + i_1_j_1_fused % 8 * 8 + j_2)
                                vk = T.axis.reduce(1024, k_0 * 8 + k_1)
                                T.reads(C_local[vi, vj], A_shared[vi, vk], B_shared[vk, vj])
                                T.writes(C_local[vi, vj])
                                C_local[vi, vj] = C_local[vi, vj] + A_shared[vi, vk] * B_shared[vk, vj]
                    for ax0, ax1 in T.grid(8, 8):
                        with T.block("C_local"):
                            v0 = T.axis.spatial(1024, i_0 * 64 + i_1_j_1_fused // 8 * 8 + ax0)
                            v1 = T.axis.spatial(1024, j_0 * 64 + i_1_j_1_fused % 8 * 8 + ax1)
                            T.reads(C_local[v0, v1])
                            T.writes(C[v0, v1])
                            C[v0, v1] = C_local[v0, v1]
        """);
    String source = openCl(scheduled);
    assertThat(source)
        .contains("reqd_work_group_size(64, 1, 1)")
        .contains("float C_local[64];")
        .contains("__local float A_shared[512];")
        .contains("__local float B_shared[512];");
    String step = source.substring(source.indexOf("for (int k_0"));
    assertThat(count(source, "barrier(CLK_LOCAL_MEM_FENCE);")).isEqualTo(2);
    assertThat(step.indexOf("barrier("))
        .as("before the refill")
        .isLessThan(step.indexOf("vstore4"));
    assertThat(step.lastIndexOf("barrier("))
        .as("before the use")
        .isBetween(step.lastIndexOf("vstore4"), step.indexOf("for (int k_1"));
    assertThat(count(source, "vstore4(vload4(")).isEqualTo(2);
  }

  private static List<PrimFunc> matmuls(int n) {
    PrimFunc matmul = CoursePrograms.matmul(n);
    return List.of(
        matmul, Matmul.registerBlocked(matmul, REGISTERS), Matmul.sharedBlocked(matmul, SHARED, 4));
  }

  /** In the interpreters, which are devices too, with smaller matrices. */
  @Tag("devices")
  @ParameterizedTest
  @MethodSource("devices")
  void matmulsOnDevices(DeviceUnderTest device) {
    int n = device.isInterpreter() ? 128 : 1024;
    Golden golden = device.isInterpreter() ? Golden.MATMUL_128 : Golden.MATMUL_1024;
    for (PrimFunc function : matmuls(n)) {
      DeviceCounts.count(device.name(), () -> golden.checkMatmul(n, function, device::run));
    }
  }

  @Tag("devices")
  @ParameterizedTest
  @MethodSource("devices")
  void aThreadAResult(DeviceUnderTest device) {
    PrimFunc function = Matmul.plain(CoursePrograms.matmul(128), 16);
    DeviceCounts.count(
        device.name(), () -> Golden.MATMUL_128.checkMatmul(128, function, device::run));
  }
}
