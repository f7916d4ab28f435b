package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.IndexMap;
import dev.weft.tir.LayoutMap;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.schedule.verify.VerifyOptions;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layouts of buffers, with padding: what is computed stays the same, and replays. */
final class LayoutTest {
  private static final String CHAIN =
      """
      @T.prim_func
      def main(A: T.Buffer((14, 30), "int32"), C: T.Buffer((14, 30), "int32")):
          B = T.alloc_buffer((14, 30), "int32")
          for i, j in T.grid(14, 30):
              with T.block("B"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  B[vi, vj] = A[vi, vj] * 2
          for i, j in T.grid(14, 30):
              with T.block("C"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  C[vi, vj] = B[vi, vj] + 1
      """;

  private static final String SUM =
      """
      @T.prim_func
      def main(A: T.Buffer((14, 30), "int32"), C: T.Buffer((14,), "int32")):
          B = T.alloc_buffer((14,), "int32")
          for i, k in T.grid(14, 30):
              with T.block("B"):
                  vi, vk = T.axis.remap("SR", [i, k])
                  with T.init():
                      B[vi] = 0
                  B[vi] = B[vi] + A[vi, vk]
          for i in range(14):
              with T.block("C"):
                  vi = T.axis.spatial(14, i)
                  C[vi] = B[vi] + 1
      """;

  /** An index map of as many inputs. */
  private static IndexMap map(int inputs, Function<List<Var>, List<Expr>> outputs) {
    List<Var> vars = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      vars.add(Var.of("i" + i, DType.INT32));
    }
    return new IndexMap(vars, outputs.apply(vars));
  }

  private static int[] run(PrimFunc function) {
    List<Object> args = new ArrayList<>();
    int[] data = {};
    Tensor last = null;
    for (Buffer param : function.paramBuffers()) {
      long[] shape = param.shape().stream().mapToLong(d -> ((Expr.IntImm) d).value()).toArray();
      int size = 1;
      for (long dim : shape) {
        size *= Math.toIntExact(dim);
      }
      data = new int[size];
      for (int i = 0; i < size; i++) {
        data[i] = (i * 7 + args.size() * 5) % 23 - 11;
      }
      last = Tensor.of(data, shape);
      args.add(last);
    }
    Interpreter.run(function, args);
    return java.util.Objects.requireNonNull(last).data().toArray(ValueLayout.JAVA_INT);
  }

  private static Schedule replayed(PrimFunc before, Schedule schedule) {
    Schedule again = Schedule.of(before);
    again.replay(TraceJson.read(TraceJson.write(schedule.trace())));
    assertThat(StructuralEqual.check(again.function(), schedule.function())).isEmpty();
    return again;
  }

  @ParameterizedTest
  @CsvSource({"4,8,0", "4,7,1", "3,30,2", "16,32,0", "5,4,3", "14,30,0"})
  void paddedIntermediateBuffers(int rows, int columns, int shift) {
    PrimFunc before = TvmScript.parseFunction(CHAIN);
    IndexMap map =
        map(
            2,
            i -> {
              Expr row = Expr.add(i.get(0), shift);
              return List.of(
                  Expr.floorDiv(row, rows),
                  Expr.floorDiv(i.get(1), columns),
                  Expr.floorMod(row, rows),
                  Expr.floorMod(i.get(1), columns));
            });
    IndexMap pad = map(4, i -> List.of(Expr.add(i.get(0), 100)));
    Schedule schedule = Schedule.of(before);
    schedule.transformLayout(schedule.getBlock("B"), 0, true, map, pad, false);
    assertThat(run(schedule.function())).isEqualTo(run(before));
    replayed(before, schedule);
  }

  @Test
  void paddingOfAReduction() {
    PrimFunc before = TvmScript.parseFunction(SUM);
    IndexMap map = map(1, i -> List.of(Expr.floorDiv(i.get(0), 4), Expr.floorMod(i.get(0), 4)));
    IndexMap pad = map(2, i -> List.of(Expr.int32(7)));
    Schedule schedule = Schedule.of(before);
    BlockRef block = schedule.getBlock("B");
    schedule.transformLayout(block, 0, true, map, pad, false);
    assertThat(run(schedule.function())).isEqualTo(run(before));
    assertThat(schedule.getLoops(block)).hasSize(3);
    replayed(before, schedule);
  }

  @Test
  void paddingOfTheResultHoldsThePadValue() {
    PrimFunc before = TvmScript.parseFunction(SUM);
    IndexMap map = map(1, i -> List.of(Expr.floorDiv(i.get(0), 4), Expr.floorMod(i.get(0), 4)));
    Schedule schedule = Schedule.of(before);
    schedule.transformLayout(
        schedule.getBlock("C"), 0, true, map, map(2, i -> List.of(Expr.int32(-5))), false);
    int[] expected = run(before);
    int[] found = run(schedule.function());
    assertThat(found).hasSize(16).startsWith(expected).endsWith(-5, -5);
  }

  @Test
  void refusals() {
    PrimFunc before = TvmScript.parseFunction(CHAIN);
    Schedule schedule = Schedule.of(before);
    BlockRef block = schedule.getBlock("B");
    IndexMap split =
        map(2, i -> List.of(Expr.floorDiv(i.get(0), 4), Expr.floorMod(i.get(0), 4), i.get(1)));
    assertThatThrownBy(() -> schedule.transformLayout(block, 0, true, split))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("has padding and there is no pad value");
    assertThatThrownBy(
            () ->
                schedule.transformLayout(
                    block, 0, true, split, map(3, i -> List.of(Expr.float32(0))), false))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("the pad value is float32");
    assertThatThrownBy(
            () ->
                schedule.transformLayout(
                    block, 0, true, map(2, i -> List.of(Expr.floorDiv(i.get(0), 2), i.get(1)))))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("not one-to-one");
    assertThat(StructuralEqual.check(schedule.function(), before)).isEmpty();
  }

  private static Schedule schedule(String text) {
    return Schedule.verifying(
        IRModule.of("main", TvmScript.parseFunction(text)), VerifyOptions.DEFAULT);
  }

  @Test
  void copiesAtIndicesOfOnesOwn() {
    Schedule schedule = schedule(CHAIN);
    BlockRef block = schedule.getBlock("C");
    schedule.reindexCacheRead(block, 0, "shared", map(2, i -> List.of(i.get(1), i.get(0))));
    schedule.reindexCacheWrite(
        block,
        0,
        "local",
        map(2, i -> List.of(Expr.floorDiv(i.get(0), 4), i.get(1), Expr.floorMod(i.get(0), 4))));
    assertThat(schedule.unverified()).isEmpty();
    assertThat(schedule.isTainted()).isFalse();
    replayed(TvmScript.parseFunction(CHAIN), schedule);
    assertThatThrownBy(
            () ->
                schedule.reindexCacheRead(
                    block, 0, "local", map(2, i -> List.of(Expr.add(i.get(0), i.get(1))))))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("would come to the same place");
  }

  @Test
  void updatesInPlaceElsewhere() {
    String text =
        """
        @T.prim_func
        def main(A: T.Buffer((64,), "int32")):
            for i in range(4):
                with T.block("piece"):
                    vi = T.axis.spatial(4, i)
                    T.reads(A[vi * 16:vi * 16 + 16])
                    T.writes(A[vi * 16:vi * 16 + 16])
                    for x in range(16):
                        A[vi * 16 + x] = A[vi * 16 + x] * 2
        """;
    Schedule schedule = schedule(text);
    List<BlockRef> stages = schedule.cacheInplace(schedule.getBlock("piece"), 0, "local");
    assertThat(stages).hasSize(2);
    assertThat(schedule.unverified()).isEmpty();
    replayed(TvmScript.parseFunction(text), schedule);
  }

  @Test
  void axisSeparatorsOfParametersAndTheirViews() {
    PrimFunc before = TvmScript.parseFunction(CHAIN);
    Schedule schedule = Schedule.of(before);
    schedule.setAxisSeparator(schedule.getBlock("B"), 0, false, List.of(1));
    assertThat(schedule.function().paramBuffers().getFirst().axisSeparators()).containsExactly(1);
    replayed(before, schedule);
    assertThatThrownBy(
            () -> schedule.setAxisSeparator(schedule.getBlock("B"), 0, false, List.of(3)))
        .isInstanceOf(ScheduleException.class);
  }

  @Test
  void layoutsWithAxisSeparatorsLeaveTwoInstructions() {
    PrimFunc before = TvmScript.parseFunction(CHAIN);
    Schedule schedule = Schedule.of(before);
    Var i = Var.of("i", DType.INT32);
    Var j = Var.of("j", DType.INT32);
    LayoutMap layout =
        LayoutMap.of(
            List.of(i, j),
            List.of(i, LayoutMap.AXIS_SEPARATOR, Expr.floorDiv(j, 5), Expr.floorMod(j, 5)));
    schedule.transformLayout(schedule.getBlock("C"), 0, false, layout, null, false);
    assertThat(schedule.trace().instructions())
        .extracting(Instruction::kind)
        .containsExactly("GetBlock", "TransformLayout", "SetAxisSeparator");
    assertThat(TvmScript.print(schedule.function()))
        .contains("T.alloc_buffer((14, 6, 5), \"int32\", axis_separators=[1])");
    replayed(before, schedule);
  }

  @Test
  void statedRegionsThatAreTooSmallTaint() {
    PrimFunc before = TvmScript.parseFunction(CHAIN);
    Schedule schedule = Schedule.of(before);
    BlockRef block = schedule.getBlock("B");
    schedule.annotateBufferAccess(
        block,
        0,
        false,
        map(
            2,
            i -> List.of(Expr.int32(0), Expr.add(i.get(0), 1), i.get(1), Expr.add(i.get(1), 1))));
    assertThat(schedule.isTainted()).isFalse();
    assertThat(TvmScript.print(schedule.function()))
        .contains("explicit_read_region", "T.reads(A[0:vi + 1, vj])");
    replayed(before, schedule);
    schedule.annotateBufferAccess(
        block,
        0,
        false,
        map(2, i -> List.of(Expr.int32(0), Expr.int32(1), i.get(1), Expr.add(i.get(1), 1))));
    assertThat(schedule.isTainted()).isTrue();
  }

  @Test
  void indicesComputedBeforehand() {
    String text =
        """
        @T.prim_func
        def main(A: T.Buffer((40,), "int32"), C: T.Buffer((80,), "int32")):
            for i0, i1 in T.grid(20, 4):
                with T.block("C"):
                    vi = T.axis.spatial(80, i0 * 4 + i1)
                    T.reads(A[0:40])
                    T.writes(C[vi])
                    C[vi] = A[vi // 2 * 3 % 40] + A[(vi // 2 * 3 + 1) % 40]
        """;
    PrimFunc before = TvmScript.parseFunction(text);
    for (int threshold = 0; threshold < 3; threshold++) {
      Schedule schedule = Schedule.of(before);
      List<BlockRef> made = schedule.cacheIndex(schedule.getBlock("C"), "global", threshold);
      assertThat(made).hasSize(threshold < 2 ? 2 : 1);
      assertThat(run(schedule.function())).isEqualTo(run(before));
      assertThat(schedule.isTainted()).isTrue();
      replayed(before, schedule);
    }
  }
}
