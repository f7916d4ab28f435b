package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Tensor;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The matrix product with relu, as people paste it: read in each of its spellings, run, transformed
 * (tiles, the consumer moved to the tile, the reduction decomposed) and printed. {@code
 * -Dweft.updateGolden=true} writes what is printed.
 */
final class MatmulReluTest {
  private static final int N = 128;
  private static final Path GOLDEN =
      Path.of("src", "test", "resources", "programs", "mm_relu_transformed.py");

  private static Map<String, IRModule> modules() {
    try (var in = MatmulReluTest.class.getResourceAsStream("/programs/mm_relu.py")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return TvmScript.parseModules(text, "mm_relu.py");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static PrimFunc function(String module, String name) {
    return Objects.requireNonNull(modules().get(module)).get(name);
  }

  /** Small integers, so that every order of the sums is exact. */
  private static Tensor input(int seed) {
    float[] values = new float[N * N];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 7 + seed) % 5 - 2;
    }
    return Tensor.of(values, N, N);
  }

  private static Tensor output() {
    return Tensor.of(new float[N * N], N, N);
  }

  private static float[] run(PrimFunc function) {
    Tensor result = output();
    Interpreter.run(function, List.of(input(1), input(3), result));
    return values(result);
  }

  private static float[] values(Tensor tensor) {
    return tensor.data().toArray(ValueLayout.JAVA_FLOAT);
  }

  private static float[] expected() {
    float[] a = values(input(1));
    float[] b = values(input(3));
    float[] result = new float[N * N];
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        float sum = 0;
        for (int k = 0; k < N; k++) {
          sum += a[i * N + k] * b[k * N + j];
        }
        result[i * N + j] = Math.max(sum, 0);
      }
    }
    return result;
  }

  private static Schedule transformed(PrimFunc function) {
    Schedule schedule = Schedule.of(function);
    BlockRef y = schedule.getBlock("Y");
    List<LoopRef> loops = schedule.getLoops(y);
    List<LoopRef> tile = schedule.split(loops.get(1), null, 4);
    schedule.reorder(loops.get(0), tile.get(0), loops.get(2), tile.get(1));
    schedule.reverseComputeAt(schedule.getBlock("C"), tile.get(0));
    schedule.decomposeReduction(y, loops.get(2));
    return schedule;
  }

  @Test
  void bothSpellingsAreTheSame() {
    assertThat(
            StructuralEqual.check(
                function("MmRelu", "mm_relu"), function("MmReluShort", "mm_relu")))
        .isEmpty();
  }

  @Test
  void itComputesReluOfTheProduct() {
    assertThat(run(function("MmRelu", "mm_relu"))).isEqualTo(expected());
  }

  @Test
  void twoFunctionsComputeTheSame() {
    Tensor y = output();
    Tensor result = output();
    Interpreter.run(function("MmThenRelu", "mm"), List.of(input(1), input(3), y));
    Interpreter.run(function("MmThenRelu", "relu"), List.of(y, result));
    assertThat(values(result)).isEqualTo(expected());
  }

  @Test
  void afterTheTransformationThreeNestsStandUnderTheTile() throws IOException {
    Schedule schedule = transformed(function("MmRelu", "mm_relu"));
    List<String> order = new ArrayList<>();
    LoopRef tile = schedule.getLoops(schedule.getBlock("Y_update")).get(1);
    for (BlockRef block : schedule.getChildBlocks(tile)) {
      List<LoopRef> inner = schedule.getLoops(block);
      order.add(block.name() + inner.subList(2, inner.size()).stream().map(LoopRef::name).toList());
    }
    assertThat(order).containsExactly("Y_init[j_1_init]", "Y_update[k, j_1]", "C[ax0]");
    String text = TvmScript.print(schedule.function());
    if (Boolean.getBoolean("weft.updateGolden")) {
      Files.writeString(GOLDEN, text);
    }
    assertThat(GOLDEN).hasContent(text);
  }

  @Test
  void theTransformedProgramComputesTheSame() {
    assertThat(run(transformed(function("MmReluShort", "mm_relu")).function()))
        .isEqualTo(expected());
  }
}
