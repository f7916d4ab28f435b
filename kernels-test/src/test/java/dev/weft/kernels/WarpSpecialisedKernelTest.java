package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.codegen.cuda.CudaCodegen;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.LaunchArgument;
import dev.weft.lowering.simt.Finding;
import dev.weft.lowering.simt.SimtKernel;
import dev.weft.lowering.simt.SimtReport;
import dev.weft.runtime.CompiledProgram;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.Extent3;
import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.ProgramCompiler;
import dev.weft.runtime.ProgramCompilers;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.TensorMap;
import dev.weft.runtime.host.HostArgument;
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A matrix product in device form as Hopper wants it: one warp group has tiles of both factors
 * copied in bulk into a ring of two stages, another multiplies them out of it with {@code wgmma};
 * barrier objects say which stages are full and which are empty.
 */
class WarpSpecialisedKernelTest {
  private static final Target TARGET = Target.parse("cuda:sm_90a");

  /** 64 rows, 64 columns, 4 steps of 64 terms; objects 0 and 1: full; 2 and 3: empty. */
  private static final String KERNEL =
      """
      @T.prim_func
      def product(A: T.Buffer((16384,), "float16"), B: T.Buffer((16384,), "float16"),
                  C: T.Buffer((4096,), "float32")):
          tx = T.launch_thread("threadIdx.x", 256)
          a = T.allocate([8192], "float16", "shared")
          SA = T.decl_buffer((8192,), "float16", data=a, scope="shared")
          b = T.allocate([8192], "float16", "shared")
          SB = T.decl_buffer((8192,), "float16", data=b, scope="shared")
          T.create_barriers(4)
          if tx == 0:
              T.ptx_init_barrier_thread_count(0, 1)
              T.ptx_init_barrier_thread_count(1, 1)
              T.ptx_init_barrier_thread_count(2, 128)
              T.ptx_init_barrier_thread_count(3, 128)
          T.tvm_storage_sync("shared")
          with T.thread_group("producer", 0, 128):
              T.setmaxnreg(0, 40)
              if tx == 0:
                  for k in range(4):
                      T.ptx_wait_barrier(2 + k % 2, 1 - k // 2 % 2)
                      T.ptx_arrive_barrier_expect_tx(k % 2, 16384)
                      T.ptx_cp_async_bulk_tensor("load", a, k % 2 * 4096, k % 2, A.data,
                          128, 2, 64, 256, 256, 1, 64, 64, 0, k * 64)
                      T.ptx_cp_async_bulk_tensor("load", b, k % 2 * 4096, k % 2, B.data,
                          128, 2, 64, 256, 256, 1, 64, 64, 0, k * 64)
          with T.thread_group("consumer", 128, 128):
              T.setmaxnreg(1, 232)
              r = T.allocate([32], "float32", "local")
              R = T.decl_buffer((32,), "float32", data=r, scope="local")
              T.mma_fill(32, r, 0, dtype="float32")
              for j in range(4):
                  T.ptx_wait_barrier(j % 2, j // 2 % 2)
                  T.ptx_wgmma_fence()
                  for s in T.unroll(4):
                      T.ptx_wgmma("m64n64k16", "float16", T.bool(False), r, 0,
                          a, j % 2 * 4096 + s * 16, b, j % 2 * 4096 + s * 16)
                  T.ptx_wgmma_commit_group()
                  T.ptx_wgmma_wait_group(0, r, 0, 32)
                  T.ptx_arrive_barrier(2 + j % 2)
              for i in T.unroll(32):
                  C[((tx - 128) // 32 * 16 + i % 4 // 2 * 8 + tx % 32 // 4) * 64 + i // 4 * 8 \
      + tx % 4 * 2 + i % 2] = R[i]
      """;

  private static SimtReport run(String text, boolean checkResult) {
    Tensor a = Tensor.allocate(DType.FLOAT16, 64, 256);
    Tensor b = Tensor.allocate(DType.FLOAT16, 64, 256);
    Tensor c = Tensor.allocate(DType.FLOAT32, 64, 64);
    for (int i = 0; i < 16384; i++) {
      a.setDouble(i, i * 7 % 23 - 11);
      b.setDouble(i, i * 5 % 19 - 9);
    }
    List<HostArgument> arguments = new ArrayList<>();
    for (Tensor tensor : List.of(a, b, c)) {
      arguments.add(new HostArgument.Memory(tensor.dtype(), tensor.data()));
    }
    SimtReport report =
        SimtKernel.compile(TvmScript.parseFunction(text), 32)
            .run(new LaunchConfig(new Extent3(1, 1, 1), new Extent3(256, 1, 1), 0), arguments);
    if (checkResult) {
      for (int i = 0; i < 64; i++) {
        for (int j = 0; j < 64; j++) {
          double sum = 0;
          for (int k = 0; k < 256; k++) {
            sum += a.getDouble(i * 256L + k) * b.getDouble(j * 256L + k);
          }
          assertThat(c.getDouble(i * 64L + j)).as("element %s, %s", i, j).isEqualTo(sum);
        }
      }
    }
    return report;
  }

  @Test
  void computesTheProductWithoutAFinding() {
    assertThat(run(KERNEL, true).findings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // A flipped parity, on either side.
        "T.ptx_wait_barrier(j % 2, j // 2 % 2) | T.ptx_wait_barrier(j % 2, 1 - j // 2 % 2)"
            + " | ASYNC_COPY_NOT_WAITED",
        "T.ptx_wait_barrier(2 + k % 2, 1 - k // 2 % 2) | T.ptx_wait_barrier(2 + k % 2, k // 2 % 2)"
            + " | BARRIER_NEVER_COMPLETES",
        // A missing arrival.
        "T.ptx_arrive_barrier(2 + j % 2) | T.evaluate(0) | BARRIER_NEVER_COMPLETES",
        // Only one of the two copies is waited for.
        "expect_tx(k % 2, 16384) | expect_tx(k % 2, 8192) | ASYNC_COPY_NOT_WAITED",
        // Nobody sees the barrier objects initialised.
        "T.tvm_storage_sync(\"shared\") | T.evaluate(0) | UNINITIALISED_READ"
      })
  void oneMistakeIsFound(String right, String wrong, Finding.Kind kind) {
    assertThat(KERNEL).contains(right);
    SimtReport report = run(KERNEL.replace(right, wrong), false);
    assertThat(report.findings()).extracting(Finding::kind).contains(kind);
  }

  /** Rows that are not permuted as the product reads them, and products nobody waits for. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "128, 2, 64, 256 | 0, 2, 64, 256",
        "T.ptx_wgmma_wait_group(0, r, 0, 32) | T.evaluate(0)"
      })
  void otherMistakesGiveAnotherResult(String right, String wrong) {
    assertThat(KERNEL).contains(right);
    assertThatThrownBy(() -> run(KERNEL.replace(right, wrong), true))
        .isInstanceOf(AssertionError.class);
  }

  @Test
  void compilesForHopper() {
    PrimFunc kernel = TvmScript.parseFunction(KERNEL);
    Launch launch =
        new Launch(
            kernel,
            List.of(
                new LaunchArgument.FunctionBuffer(0),
                new LaunchArgument.FunctionBuffer(1),
                new LaunchArgument.FunctionBuffer(2)),
            LaunchGeometry.of(IntExpr.of(1), IntExpr.of(256)));
    KernelPlan plan = new KernelPlan("product", kernel, List.of(launch), List.of());
    GeneratedProgram program = CudaCodegen.generate(List.of(plan), TARGET);

    List<TensorMap> maps = program.image().kernels().getFirst().tensorMaps();
    assertThat(maps)
        .containsExactly(
            new TensorMap(
                "A_map",
                0,
                DType.FLOAT16,
                List.of(64L, 256L),
                List.of(256L, 1L),
                List.of(64, 64),
                128),
            new TensorMap(
                "B_map",
                1,
                DType.FLOAT16,
                List.of(64L, 256L),
                List.of(256L, 1L),
                List.of(64, 64),
                128));
    Optional<DeviceProbe.Missing> missing =
        ProgramCompilers.installed()
            .find(program.image(), ProgramFormat.CUBIN)
            .flatMap(ProgramCompiler::missing);
    assumeTrue(missing.isEmpty(), () -> missing.map(DeviceProbe.Missing::reason).orElse(""));
    CompiledProgram ptx = ProgramCompilers.installed().compile(program.image(), ProgramFormat.PTX);
    assertThat(ptx.image().text())
        .contains("mbarrier.init.shared::cta.b64")
        .contains("mbarrier.arrive.expect_tx.shared::cta.b64")
        .contains("mbarrier.try_wait.parity.shared::cta.b64")
        .contains("cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes")
        .contains("wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16")
        .contains("setmaxnreg.dec.sync.aligned.u32")
        .contains("setmaxnreg.inc.sync.aligned.u32");
    CompiledProgram cubin =
        ProgramCompilers.installed().compile(program.image(), ProgramFormat.CUBIN);
    assertThat(cubin.resources().values())
        .allSatisfy(used -> assertThat(used.spillBytes().orElse(-1)).isZero());
  }
}
