package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Tensor;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.analysis.IllFormedException;
import dev.weft.tir.analysis.WellFormed;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TensorIR by the example of a matrix product with relu: programs and their transformation. */
@ExtendWith(DeviceCounts.class)
final class Chapter3TensorIrTest {
  private static void check(PrimFunc function) {
    check(function, Interpreter::run);
  }

  private static <F> void check(F function, BiConsumer<F, List<Tensor>> run) {
    Golden.MATMUL_RELU_128.checkMatmul(128, function, run);
  }

  /** Plain Java loops that do what the schedules below do to the program. */
  private enum Loops {
    NAIVE {
      @Override
      void run(float[][] a, float[][] b, float[][] c) {
        float[][] y = new float[128][128];
        for (int i = 0; i < 128; i++) {
          for (int j = 0; j < 128; j++) {
            for (int k = 0; k < 128; k++) {
              if (k == 0) {
                y[i][j] = 0;
              }
              y[i][j] = y[i][j] + a[i][k] * b[k][j];
            }
          }
        }
        for (int i = 0; i < 128; i++) {
          for (int j = 0; j < 128; j++) {
            c[i][j] = Math.max(y[i][j], 0);
          }
        }
      }
    },
    COLUMNS_IN_GROUPS {
      @Override
      void run(float[][] a, float[][] b, float[][] c) {
        float[][] y = new float[128][128];
        for (int i = 0; i < 128; i++) {
          for (int j0 = 0; j0 < 32; j0++) {
            for (int k = 0; k < 128; k++) {
              for (int j1 = 0; j1 < 4; j1++) {
                int j = j0 * 4 + j1;
                if (k == 0) {
                  y[i][j] = 0;
                }
                y[i][j] = y[i][j] + a[i][k] * b[k][j];
              }
            }
          }
        }
        for (int i = 0; i < 128; i++) {
          for (int j = 0; j < 128; j++) {
            c[i][j] = Math.max(y[i][j], 0);
          }
        }
      }
    },
    FUSED {
      @Override
      void run(float[][] a, float[][] b, float[][] c) {
        float[][] y = new float[128][128];
        for (int i = 0; i < 128; i++) {
          for (int j0 = 0; j0 < 32; j0++) {
            for (int j1 = 0; j1 < 4; j1++) {
              y[i][j0 * 4 + j1] = 0;
            }
            for (int k = 0; k < 128; k++) {
              for (int j1 = 0; j1 < 4; j1++) {
                int j = j0 * 4 + j1;
                y[i][j] = y[i][j] + a[i][k] * b[k][j];
              }
            }
            for (int j1 = 0; j1 < 4; j1++) {
              int j = j0 * 4 + j1;
              c[i][j] = Math.max(y[i][j], 0);
            }
          }
        }
      }
    };

    abstract void run(float[][] a, float[][] b, float[][] c);

    void run(List<Tensor> tensors) {
      float[][] c = new float[128][128];
      run(rows(tensors.get(0)), rows(tensors.get(1)), c);
      for (int i = 0; i < 128; i++) {
        for (int j = 0; j < 128; j++) {
          tensors.get(2).setDouble(i * 128L + j, c[i][j]);
        }
      }
    }

    private static float[][] rows(Tensor tensor) {
      float[][] rows = new float[128][128];
      float[] all = tensor.toFloats();
      for (int i = 0; i < 128; i++) {
        System.arraycopy(all, i * 128, rows[i], 0, 128);
      }
      return rows;
    }
  }

  @Test
  void plainLoopsGiveTheGoldenResult() {
    for (Loops loops : Loops.values()) {
      check(loops, Loops::run);
    }
  }

  @Test
  void axesMayBeWrittenInShort() {
    IRModule explicit = CoursePrograms.matmulRelu();
    IRModule inShort = CoursePrograms.matmulReluInShort();
    assertThat(StructuralEqual.check(explicit, inShort)).isEmpty();
    check(explicit.get("mm_relu"));
    check(inShort.get("mm_relu"));
  }

  @Test
  void aLoopThatDoesNotReachItsAxisIsIllFormed() {
    PrimFunc function =
        TvmScript.parseFunction(
            """
            @T.prim_func
            def relu(A: T.Buffer((128,), "float32"), B: T.Buffer((128,), "float32")):
                for i in range(127):
                    with T.block("B"):
                        vi = T.axis.spatial(128, i)
                        B[vi] = T.max(A[vi], T.float32(0))
            """);
    assertThatThrownBy(() -> WellFormed.checkUnscheduled(function))
        .isInstanceOf(IllFormedException.class)
        .hasMessageContaining("127")
        .hasMessageContaining("128");
  }

  @Test
  void aModuleMayHaveTwoFunctions() {
    IRModule module = CoursePrograms.matmulThenRelu();
    assertThat(module.functions().keySet()).containsExactly("mm", "relu");
    check(
        Interpreter.of(module),
        (interpreter, tensors) -> {
          Tensor y = Golden.unset(128, 128);
          interpreter.run("mm", List.of(tensors.get(0), tensors.get(1), y));
          Golden.MATMUL_128.check(y);
          interpreter.run("relu", List.of(y, tensors.get(2)));
        });
  }

  @Test
  void columnsAreGroupedThenReluIsFusedThenTheSumsBeginInTheirOwnLoop() {
    Schedule schedule = Schedule.of(CoursePrograms.matmulRelu());
    LoopRef group = MatmulRelu.groupColumns(schedule, 4);
    Structure.assertBody(
        schedule.function(),
        """
        Y = T.alloc_buffer((128, 128))
        for i, j_0, k, j_1 in T.grid(128, 32, 128, 4):
            with T.block("Y"):
                vi = T.axis.spatial(128, i)
                vj = T.axis.spatial(128, j_0 * 4 + j_1)
                vk = T.axis.reduce(128, k)
                T.reads(A[vi, vk], B[vk, vj])
                T.writes(Y[vi, vj])
                with T.init():
                    Y[vi, vj] = T.float32(0)
                Y[vi, vj] = Y[vi, vj] + A[vi, vk] * B[vk, vj]
        for i, j in T.grid(128, 128):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(Y[vi, vj])
                T.writes(C[vi, vj])
                C[vi, vj] = T.max(Y[vi, vj], T.float32(0))
        """);
    check(schedule.function());

    MatmulRelu.fuseRelu(schedule, group);
    Structure.assertBody(
        schedule.function(),
        """
        Y = T.alloc_buffer((128, 128))
        for i, j_0 in T.grid(128, 32):
            for k, j_1 in T.grid(128, 4):
                with T.block("Y"):
                    vi = T.axis.spatial(128, i)
                    vj = T.axis.spatial(128, j_0 * 4 + j_1)
                    vk = T.axis.reduce(128, k)
                    T.reads(A[vi, vk], B[vk, vj])
                    T.writes(Y[vi, vj])
                    with T.init():
                        Y[vi, vj] = T.float32(0)
                    Y[vi, vj] = Y[vi, vj] + A[vi, vk] * B[vk, vj]
            for ax0 in range(4):
                with T.block("C"):
                    vi = T.axis.spatial(128, i)
                    vj = T.axis.spatial(128, j_0 * 4 + ax0)
                    T.reads(Y[vi, vj])
                    T.writes(C[vi, vj])
                    C[vi, vj] = T.max(Y[vi, vj], T.float32(0))
        """);
    check(schedule.function());

    BlockRef y = schedule.getBlock("Y", "mm_relu");
    BlockRef init = schedule.decomposeReduction(y, schedule.getLoops(y).get(2));
    assertThat(init.name()).isEqualTo("Y_init");
    assertThat(schedule.getLoops(y)).hasSize(4);
    Structure.assertBody(
        schedule.function(),
        """
        Y = T.alloc_buffer((128, 128))
        for i, j_0 in T.grid(128, 32):
            for j_1_init in range(4):
                with T.block("Y_init"):
                    vi = T.axis.spatial(128, i)
                    vj = T.axis.spatial(128, j_0 * 4 + j_1_init)
                    T.reads()
                    T.writes(Y[vi, vj])
                    Y[vi, vj] = T.float32(0)
            for k, j_1 in T.grid(128, 4):
                with T.block("Y_update"):
                    vi = T.axis.spatial(128, i)
                    vj = T.axis.spatial(128, j_0 * 4 + j_1)
                    vk = T.axis.reduce(128, k)
                    T.reads(Y[vi, vj], A[vi, vk], B[vk, vj])
                    T.writes(Y[vi, vj])
                    Y[vi, vj] = Y[vi, vj] + A[vi, vk] * B[vk, vj]
            for ax0 in range(4):
                with T.block("C"):
                    vi = T.axis.spatial(128, i)
                    vj = T.axis.spatial(128, j_0 * 4 + ax0)
                    T.reads(Y[vi, vj])
                    T.writes(C[vi, vj])
                    C[vi, vj] = T.max(Y[vi, vj], T.float32(0))
        """);
    check(schedule.function());
    assertThat(
            StructuralEqual.check(
                schedule.module(), MatmulRelu.fused(CoursePrograms.matmulRelu(), 4)))
        .isEmpty();
  }

  @Test
  void theOutermostLoopMayBeNamedInReorder() {
    Schedule schedule = Schedule.of(CoursePrograms.matmulRelu());
    List<LoopRef> loops = schedule.getLoops(schedule.getBlock("Y", "mm_relu"));
    List<LoopRef> j = schedule.split(loops.get(1), null, 4);
    schedule.reorder(loops.get(0), j.get(0), loops.get(2), j.get(1));
    Schedule other = Schedule.of(CoursePrograms.matmulRelu());
    assertThat(MatmulRelu.groupColumns(other, 4).name()).isEqualTo("j_0");
    assertThat(StructuralEqual.check(schedule.module(), other.module())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 128})
  void anyWidthOfGroupsGivesTheSame(int width) {
    check(MatmulRelu.fused(CoursePrograms.matmulRelu(), width).get("mm_relu"));
  }

  @Test
  void groupsOfEightWithoutDecomposition() {
    Schedule schedule = Schedule.of(CoursePrograms.matmulRelu());
    MatmulRelu.fuseRelu(schedule, MatmulRelu.groupColumns(schedule, 8));
    assertThat(Structure.names(schedule.function()))
        .containsExactly("block root", "i", "j_0", "k", "j_1", "block Y", "ax0", "block C");
    check(schedule.function());
  }

  @Test
  void aHandleOfASplitLoopIsStale() {
    Schedule schedule = Schedule.of(CoursePrograms.matmulRelu());
    LoopRef j = schedule.getLoops(schedule.getBlock("Y", "mm_relu")).get(1);
    assertThat(schedule.split(j, null, 4)).hasSize(2);
    assertThatThrownBy(() -> schedule.split(j, null, 2))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("loop 'j' no longer exists");
  }

  @Test
  void theSameProgramFromTensorExpressions() {
    PrimFunc function = MatmulRelu.function(128);
    Structure.assertBody(
        function,
        """
        Y = T.alloc_buffer((128, 128))
        for i0, i1, i2 in T.grid(128, 128, 128):
            with T.block("Y"):
                v0, v1, k = T.axis.remap("SSR", [i0, i1, i2])
                T.reads(A[v0, k], B[k, v1])
                T.writes(Y[v0, v1])
                with T.init():
                    Y[v0, v1] = T.float32(0)
                Y[v0, v1] = Y[v0, v1] + A[v0, k] * B[k, v1]
        for i0, i1 in T.grid(128, 128):
            with T.block("C"):
                v0, v1 = T.axis.remap("SS", [i0, i1])
                T.reads(Y[v0, v1])
                T.writes(C[v0, v1])
                C[v0, v1] = T.max(Y[v0, v1], T.float32(0))
        """);
    assertThat(StructuralEqual.check(function, CoursePrograms.matmulRelu().get("mm_relu")))
        .isEmpty();
    check(function);
  }

  static Stream<DeviceUnderTest> devices() {
    return DeviceUnderTest.all().stream();
  }

  /** Unscheduled, and with each group of columns a thread's. */
  @Tag("devices")
  @ParameterizedTest
  @MethodSource("devices")
  void devicesGiveTheGoldenResult(DeviceUnderTest device) {
    IRModule module = CoursePrograms.matmulRelu();
    Schedule schedule = Schedule.of(module);
    LoopRef group = MatmulRelu.groupColumns(schedule, 4);
    MatmulRelu.fuseRelu(schedule, group);
    // Threads first: behind the decomposition, the two halves of a sum aren't independent blocks.
    BlockRef y = schedule.getBlock("Y", "mm_relu");
    List<LoopRef> loops = schedule.getLoops(y);
    schedule.bind(loops.get(0), "blockIdx.x");
    schedule.bind(group, "threadIdx.x");
    schedule.decomposeReduction(y, loops.get(2));
    for (PrimFunc function : List.of(module.get("mm_relu"), schedule.function())) {
      DeviceCounts.count(device.name(), () -> check(function, device::run));
    }
  }
}
