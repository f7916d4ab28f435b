package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.interp.InterpreterException;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.TensorIntrin;
import dev.weft.tir.schedule.TensorIntrins;
import dev.weft.tir.structural.StructuralEqual;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matrix products on hardware that multiplies tiles: blocks around them, registers, tensorize. */
@ExtendWith(DeviceCounts.class)
final class Chapter8TensorizeTest {
  /**
   * An accelerator that multiplies 16 by 16 tiles: registers for one tile of each factor and for
   * one of sums, and a program for it.
   */
  private static final class Accelerator {
    private final float[] leftTile = new float[16 * 16];
    private final float[] rightTile = new float[16 * 16];
    private final float[] sums = new float[16 * 16];

    private static void copyTile(float[] from, int start, int stride, float[] to) {
      for (int row = 0; row < 16; row++) {
        System.arraycopy(from, start + row * stride, to, row * 16, 16);
      }
    }

    private void multiplyAdd() {
      for (int i = 0; i < 16; i++) {
        for (int j = 0; j < 16; j++) {
          for (int k = 0; k < 16; k++) {
            sums[i * 16 + j] += leftTile[i * 16 + k] * rightTile[j * 16 + k];
          }
        }
      }
    }

    /** {@code A · Bᵀ} of {@code n} by {@code n} matrices. */
    float[] run(float[] a, float[] b, int n) {
      float[] c = new float[n * n];
      for (int i = 0; i < n; i += 16) {
        for (int j = 0; j < n; j += 16) {
          Arrays.fill(sums, 0);
          for (int k = 0; k < n; k += 16) {
            copyTile(a, i * n + k, n, leftTile);
            copyTile(b, j * n + k, n, rightTile);
            multiplyAdd();
          }
          for (int row = 0; row < 16; row++) {
            System.arraycopy(sums, row * 16, c, (i + row) * n + j, 16);
          }
        }
      }
      return c;
    }
  }

  /** Runs a product of 64 by 64 matrices and compares it with the accelerator's. */
  private static void check64(PrimFunc function, BiConsumer<PrimFunc, List<Tensor>> run) {
    Tensor a = Golden.left(DType.FLOAT32, 64, 64);
    Tensor b = Golden.right(DType.FLOAT32, 64, 64);
    Tensor c = Golden.unset(64, 64);
    run.accept(function, List.of(a, b, c));
    assertThat(c.toFloats()).isEqualTo(new Accelerator().run(a.toFloats(), b.toFloats(), 64));
  }

  static Stream<DeviceUnderTest> devices() {
    return DeviceUnderTest.all().stream();
  }

  @Test
  void theAcceleratorGivesTheGoldenResult() {
    Tensor a = Golden.left(DType.FLOAT32, 1024, 1024);
    Tensor b = Golden.right(DType.FLOAT32, 1024, 1024);
    float[] c = new Accelerator().run(a.toFloats(), b.toFloats(), 1024);
    Golden.TRANSPOSED_1024.check(Tensor.of(c, 1024, 1024));
  }

  private static PrimFunc tilesInGroups(int tiles) {
    Schedule schedule = Schedule.of(CoursePrograms.matmulOfTiles(tiles));
    List<LoopRef> loops = schedule.getLoops(schedule.getBlock("tmm-16x16"));
    List<LoopRef> i = schedule.split(loops.get(0), null, 4);
    schedule.reorder(i.get(0), loops.get(1), i.get(1), loops.get(2));
    return schedule.function();
  }

  @Test
  void aBlockAroundTilesHidesItsLoopsFromASchedule() {
    Structure.assertBody(
        tilesInGroups(64),
        """
        for i0_0, j0, i0_1, k0 in T.grid(16, 64, 4, 64):
            with T.block("tmm-16x16"):
                vi0 = T.axis.spatial(64, i0_0 * 4 + i0_1)
                vj0, vk0 = T.axis.remap("SR", [j0, k0])
                T.reads(A[vi0 * 16:vi0 * 16 + 16, vk0 * 16:vk0 * 16 + 16], B[vj0 * 16:vj0 * 16 + 16, vk0 * 16:vk0 * 16 + 16])
                T.writes(C[vi0 * 16:vi0 * 16 + 16, vj0 * 16:vj0 * 16 + 16])
                with T.init():
                    for i1, j1 in T.grid(16, 16):
                        with T.block("tmm_init"):
                            vi1, vj1 = T.axis.remap("SS", [i1, j1])
                            T.reads()
                            T.writes(C[vi0 * 16 + vi1, vj0 * 16 + vj1])
                            C[vi0 * 16 + vi1, vj0 * 16 + vj1] = T.float32(0)
                for i1, j1, k1 in T.grid(16, 16, 16):
                    with T.block("tmm"):
                        vi1, vj1, vk1 = T.axis.remap("SSR", [i1, j1, k1])
                        T.reads(C[vi0 * 16 + vi1, vj0 * 16 + vj1], A[vi0 * 16 + vi1, vk0 * 16 + vk1], B[vj0 * 16 + vj1, vk0 * 16 + vk1])
                        T.writes(C[vi0 * 16 + vi1, vj0 * 16 + vj1])
                        C[vi0 * 16 + vi1, vj0 * 16 + vj1] = C[vi0 * 16 + vi1, vj0 * 16 + vj1] + A[vi0 * 16 + vi1, vk0 * 16 + vk1] * B[vj0 * 16 + vj1, vk0 * 16 + vk1]
        """);
    check64(CoursePrograms.matmulOfTiles(4), Interpreter::run);
    check64(tilesInGroups(4), Interpreter::run);
  }

  @Test
  void blockizeMakesThatBlock() {
    Schedule schedule = Schedule.of(CoursePrograms.matmulTransposed(1024));
    TensorizedMatmul.Tiles tiles = TensorizedMatmul.blockized(schedule);
    assertThat(tiles.product().name()).isEqualTo("matmul_o");
    Structure.assertBody(
        schedule.function(),
        """
        for i_0, j_0, k_0 in T.grid(64, 64, 64):
            with T.block("matmul_o"):
                vi_o, vj_o, vk_o = T.axis.remap("SSR", [i_0, j_0, k_0])
                T.reads(A[vi_o * 16:vi_o * 16 + 16, vk_o * 16:vk_o * 16 + 16], B[vj_o * 16:vj_o * 16 + 16, vk_o * 16:vk_o * 16 + 16])
                T.writes(C[vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16])
                with T.init():
                    for i_1, j_1 in T.grid(16, 16):
                        with T.block("matmul_init"):
                            vi_i_init, vj_i_init = T.axis.remap("SS", [i_1, j_1])
                            T.reads()
                            T.writes(C[vi_o * 16 + vi_i_init, vj_o * 16 + vj_i_init])
                            C[vi_o * 16 + vi_i_init, vj_o * 16 + vj_i_init] = T.float32(0)
                for i_1, j_1, k_1 in T.grid(16, 16, 16):
                    with T.block("matmul"):
                        vi_i, vj_i, vk_i = T.axis.remap("SSR", [i_1, j_1, k_1])
                        T.reads(C[vi_o * 16 + vi_i, vj_o * 16 + vj_i], A[vi_o * 16 + vi_i, vk_o * 16 + vk_i], B[vj_o * 16 + vj_i, vk_o * 16 + vk_i])
                        T.writes(C[vi_o * 16 + vi_i, vj_o * 16 + vj_i])
                        C[vi_o * 16 + vi_i, vj_o * 16 + vj_i] = C[vi_o * 16 + vi_i, vj_o * 16 + vj_i] + A[vi_o * 16 + vi_i, vk_o * 16 + vk_i] * B[vj_o * 16 + vj_i, vk_o * 16 + vk_i]
        """);
    Schedule small = Schedule.of(CoursePrograms.matmulTransposed(64));
    assertThat(TensorizedMatmul.blockized(small).product().name()).isEqualTo("matmul_o");
    check64(small.function(), Interpreter::run);
  }

  @Test
  void tilesGoThroughRegisters() {
    Schedule schedule = Schedule.of(CoursePrograms.matmulTransposed(1024));
    TensorizedMatmul.Tiles tiles = TensorizedMatmul.blockized(schedule);
    TensorizedMatmul.staged(schedule, tiles);
    Structure.assertBody(
        schedule.function(),
        """
        A_global_A_reg = T.alloc_buffer((1024, 1024), scope="global.A_reg")
        B_global_B_reg = T.alloc_buffer((1024, 1024), scope="global.B_reg")
        C_global_accumulator = T.alloc_buffer((1024, 1024), scope="global.accumulator")
        for i_0, j_0 in T.grid(64, 64):
            for k_0 in range(64):
                for ax0, ax1 in T.grid(16, 16):
                    with T.block("A_global.A_reg"):
                        v0 = T.axis.spatial(1024, i_0 * 16 + ax0)
                        v1 = T.axis.spatial(1024, k_0 * 16 + ax1)
                        T.reads(A[v0, v1])
                        T.writes(A_global_A_reg[v0, v1])
                        A_global_A_reg[v0, v1] = A[v0, v1]
                for ax0, ax1 in T.grid(16, 16):
                    with T.block("B_global.B_reg"):
                        v0 = T.axis.spatial(1024, j_0 * 16 + ax0)
                        v1 = T.axis.spatial(1024, k_0 * 16 + ax1)
                        T.reads(B[v0, v1])
                        T.writes(B_global_B_reg[v0, v1])
                        B_global_B_reg[v0, v1] = B[v0, v1]
                with T.block("matmul_o"):
                    vi_o, vj_o, vk_o = T.axis.remap("SSR", [i_0, j_0, k_0])
                    T.reads(A_global_A_reg[vi_o * 16:vi_o * 16 + 16, vk_o * 16:vk_o * 16 + 16], B_global_B_reg[vj_o * 16:vj_o * 16 + 16, vk_o * 16:vk_o * 16 + 16])
                    T.writes(C_global_accumulator[vi_o * 16:vi_o * 16 + 16, vj_o * 16:vj_o * 16 + 16])
                    with T.init():
                        for i_1, j_1 in T.grid(16, 16):
                            with T.block("matmul_init"):
                                vi_i_init, vj_i_init = T.axis.remap("SS", [i_1, j_1])
                                T.reads()
                                T.writes(C_global_accumulator[vi_o * 16 + vi_i_init, vj_o * 16 + vj_i_init])
                                C_global_accumulator[vi_o * 16 + vi_i_init, vj_o * 16 + vj_i_init] = T.float32(0)
                    for i_1, j_1, k_1 in T.grid(16, 16, 16):
                        with T.block("matmul"):
                            vi_i, vj_i, vk_i = T.axis.remap("SSR", [i_1, j_1, k_1])
                            T.reads(C_global_accumulator[vi_o * 16 + vi_i, vj_o * 16 + vj_i], A_global_A_reg[vi_o * 16 + vi_i, vk_o * 16 + vk_i], B_global_B_reg[vj_o * 16 + vj_i, vk_o * 16 + vk_i])
                            T.writes(C_global_accumulator[vi_o * 16 + vi_i, vj_o * 16 + vj_i])
                            C_global_accumulator[vi_o * 16 + vi_i, vj_o * 16 + vj_i] = C_global_accumulator[vi_o * 16 + vi_i, vj_o * 16 + vj_i] + A_global_A_reg[vi_o * 16 + vi_i, vk_o * 16 + vk_i] * B_global_B_reg[vj_o * 16 + vj_i, vk_o * 16 + vk_i]
            for ax0, ax1 in T.grid(16, 16):
                with T.block("C_global.accumulator"):
                    v0 = T.axis.spatial(1024, i_0 * 16 + ax0)
                    v1 = T.axis.spatial(1024, j_0 * 16 + ax1)
                    T.reads(C_global_accumulator[v0, v1])
                    T.writes(C[v0, v1])
                    C[v0, v1] = C_global_accumulator[v0, v1]
        """);
    Schedule small = Schedule.of(CoursePrograms.matmulTransposed(64));
    TensorizedMatmul.staged(small, TensorizedMatmul.blockized(small));
    check64(small.function(), Interpreter::run);
  }

  // Tensorize.

  @Test
  void anInstructionTakesThePlaceOfTheBlock() {
    Schedule schedule = Schedule.of(CoursePrograms.matmulTransposed(1024));
    TensorizedMatmul.Tiles tiles = TensorizedMatmul.blockized(schedule);
    TensorizedMatmul.staged(schedule, tiles);
    BlockRef init = schedule.decomposeReduction(tiles.product(), tiles.k());
    assertThat(init.name()).isEqualTo("matmul_o_init");
    schedule.tensorize(tiles.product(), TensorizedMatmul.TMM16);
    Structure.assertSame(schedule.function(), "tensorized_matmul");
    Schedule again =
        TensorizedMatmul.tensorized(CoursePrograms.matmulTransposed(1024), TensorizedMatmul.TMM16);
    assertThat(StructuralEqual.check(again.module(), schedule.module())).isEmpty();
  }

  @Test
  void theInterpreterCallsTheInstructionsFunction() {
    IRModule module =
        TensorizedMatmul.tensorized(CoursePrograms.matmulTransposed(64), TensorizedMatmul.TMM16)
            .module();
    Interpreter interpreter =
        Interpreter.of(module).withExtern("tmm16", TensorizedMatmul::multiplyTiles);
    check64(module.get("main"), (function, tensors) -> interpreter.run("main", tensors));
    assertThatThrownBy(() -> check64(module.get("main"), Interpreter::run))
        .isInstanceOf(InterpreterException.class)
        .hasMessageContaining("tmm16");
  }

  @Test
  void aBlockThatComputesSomethingElseIsRefused() {
    TensorIntrin notTransposed =
        new TensorIntrin(
            "tmm16",
            TensorizedMatmul.description("vkk, vjj"),
            TensorizedMatmul.TMM16.implementation());
    assertThatThrownBy(
            () -> TensorizedMatmul.tensorized(CoursePrograms.matmulTransposed(64), notTransposed))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("tensorize")
        .hasMessageContaining("tmm16");
  }

  @Test
  void aBlockInOtherMemoryIsRefused() {
    Schedule schedule = Schedule.of(CoursePrograms.matmulTransposed(64));
    TensorizedMatmul.Tiles tiles = TensorizedMatmul.blockized(schedule);
    schedule.decomposeReduction(tiles.product(), tiles.k());
    assertThatThrownBy(() -> schedule.tensorize(tiles.product(), TensorizedMatmul.TMM16))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("global.accumulator");
  }

  @Test
  void anIntrinsicsNameIsTakenOnce() {
    TensorIntrins known = TensorIntrins.of(TensorizedMatmul.TMM16);
    assertThatThrownBy(() -> known.with(TensorizedMatmul.TMM16_IN_LOOPS))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("tmm16");
    assertThat(known.replacing(TensorizedMatmul.TMM16_IN_LOOPS).get("tmm16"))
        .isSameAs(TensorizedMatmul.TMM16_IN_LOOPS);
    assertThatThrownBy(() -> known.get("tmm32")).isInstanceOf(InputException.class);
  }

  @Test
  void theInstructionMayBeLoops() {
    check64(
        TensorizedMatmul.tensorized(
                CoursePrograms.matmulTransposed(64), TensorizedMatmul.TMM16_IN_LOOPS)
            .function(),
        Interpreter::run);
  }

  /**
   * One thread a tile of results. Without the registers: in global memory, several threads would
   * fill the same ones, which is a race.
   */
  @Tag("devices")
  @ParameterizedTest
  @MethodSource("devices")
  void devicesGiveTheGoldenResult(DeviceUnderTest device) {
    int n = device.isInterpreter() ? 64 : 1024;
    Schedule schedule = Schedule.of(CoursePrograms.matmulTransposed(n));
    TensorizedMatmul.Tiles tiles = TensorizedMatmul.blockized(schedule);
    schedule.bind(tiles.i(), "blockIdx.x");
    schedule.bind(tiles.j(), "threadIdx.x");
    schedule.decomposeReduction(tiles.product(), tiles.k());
    DeviceCounts.count(
        device.name(),
        () -> {
          if (device.isInterpreter()) {
            check64(schedule.function(), device::run);
          } else {
            Golden.TRANSPOSED_1024.checkMatmul(n, schedule.function(), device::run);
          }
        });
  }

  // Tensor cores.

  private static final TensorCoreMatmul.Tiling TILING_1024 =
      new TensorCoreMatmul.Tiling(List.of(8, 4, 2), List.of(8, 4, 2), List.of(16, 2, 2));
  private static final TensorCoreMatmul.Tiling TILING_64 =
      new TensorCoreMatmul.Tiling(List.of(1, 2, 2), List.of(2, 2, 1), List.of(2, 1, 2));

  /** Runs a product of 64 by 64 float16 matrices and compares it with the accelerator's. */
  private static void checkHalf64(PrimFunc function, BiConsumer<PrimFunc, List<Tensor>> run) {
    Tensor x = Golden.left(DType.FLOAT16, 64, 64);
    Tensor y = Golden.right(DType.FLOAT16, 64, 64);
    Tensor z = Golden.unset(64, 64);
    run.accept(function, List.of(x, y, z));
    float[] left = Golden.left(DType.FLOAT32, 64, 64).toFloats();
    float[] right = Golden.right(DType.FLOAT32, 64, 64).toFloats();
    assertThat(z.toFloats()).isEqualTo(new Accelerator().run(left, right, 64));
  }

  @Test
  void warpsLoadFragmentsFromSharedMemory() {
    Schedule schedule = Schedule.of(TensorCoreMatmul.function(1024));
    TensorCoreMatmul.Blocks blocks = TensorCoreMatmul.scheduled(schedule, TILING_1024);
    assertThat(blocks.fill().name()).isEqualTo("Z_o_init");
    Structure.assertSame(schedule.function(), "tensor_core_scheduled");
  }

  @Test
  void warpsComputeTheSame() {
    PrimFunc function = TensorCoreMatmul.function(64);
    checkHalf64(function, Interpreter::run);
    Schedule schedule = Schedule.of(function);
    assertThat(TensorCoreMatmul.scheduled(schedule, TILING_64).fill().name()).isEqualTo("Z_o_init");
    checkHalf64(schedule.function(), Interpreter::run);
  }

  @Test
  void instructionsOfTensorCores() {
    Schedule schedule = Schedule.of(TensorCoreMatmul.function(1024));
    TensorCoreMatmul.tensorized(schedule, TensorCoreMatmul.scheduled(schedule, TILING_1024));
    Structure.assertSame(schedule.function(), "tensor_core_tensorized");
  }
}
