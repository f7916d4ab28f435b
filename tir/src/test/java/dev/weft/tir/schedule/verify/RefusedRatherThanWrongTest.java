package dev.weft.tir.schedule.verify;

import static dev.weft.tir.schedule.verify.Steps.refused;
import static dev.weft.tir.schedule.verify.Steps.refusedOrRight;
import static dev.weft.tir.schedule.verify.Steps.schedule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.WellFormed;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Refusal;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.trace.Instruction;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Steps that would change what a function computes, each found at random: refused, or, where that
 * is possible, done right.
 */
final class RefusedRatherThanWrongTest {
  private static final String TRIANGLE =
      """
      A: T.Buffer((4, 4), "int32"), C: T.Buffer((4,), "int32")
      for i in range(4):
          for k in range(i + 1):
              with T.block("C"):
                  vi = T.axis.spatial(4, i)
                  vk = T.axis.reduce(4, k)
                  with T.init():
                      C[vi] = 0
                  C[vi] = C[vi] + A[vi, vk]
      """;

  private static final String PADDED =
      """
      A: T.Buffer((3,), "int32"), C: T.Buffer((6,), "int32")
      B = T.alloc_buffer((3,), "int32")
      for i in range(3):
          with T.block("B"):
              vi = T.axis.spatial(3, i)
              B[vi] = A[vi] * 3
      for i in range(6):
          with T.block("C"):
              vi = T.axis.spatial(6, i)
              C[vi] = T.if_then_else(vi >= 2 and vi < 5, B[vi - 2], 0)
      """;

  private static final String BACKWARDS =
      """
      A: T.Buffer((12,), "int32"), C: T.Buffer((12,), "int32")
      B = T.alloc_buffer((12,), "int32")
      for i in range(12):
          with T.block("B"):
              vi = T.axis.spatial(12, i)
              B[vi] = A[vi] * 3
      for i in range(12):
          with T.block("C"):
              vi = T.axis.spatial(12, i)
              C[vi] = B[11 - vi]
      """;

  @Test
  void aConsumerThatReadsBackwardsIsNotProducedInOrder() {
    refusedOrRight(
        BACKWARDS,
        s -> s.reverseComputeAt(s.getBlock("C"), s.getLoops(s.getBlock("B")).getFirst()));
  }

  @Test
  void aProducerGoesToAConsumerThatReadsBackwards() {
    Schedule schedule = schedule(BACKWARDS);
    assertThatCode(
            () ->
                schedule.computeAt(
                    schedule.getBlock("B"), schedule.getLoops(schedule.getBlock("C")).getFirst()))
        .doesNotThrowAnyException();
  }

  @Test
  void instancesThatReadNothingAreNotLost() {
    refused(PADDED, "nothing of 'B' is produced", s -> s.reverseComputeInline(s.getBlock("C")));
    refused(
        PADDED,
        "would be lost",
        s -> {
          s.computeAt(s.getBlock("B"), s.getLoops(s.getBlock("C")).getFirst(), true, -1);
          s.reverseComputeAt(s.getBlock("C"), s.getLoops(s.getBlock("B")).getLast());
        });
  }

  @Test
  void aConsumerOfEverySecondElementIsInlinedUnderACondition() {
    Schedule schedule =
        schedule(
            """
            A: T.Buffer((8,), "int32"), C: T.Buffer((4,), "int32")
            B = T.alloc_buffer((8,), "int32")
            for i in range(8):
                with T.block("B"):
                    vi = T.axis.spatial(8, i)
                    B[vi] = A[vi] * 3
            for i in range(4):
                with T.block("C"):
                    vi = T.axis.spatial(4, i)
                    C[vi] = B[vi * 2] + 1
            """);
    assertThatCode(() -> schedule.reverseComputeInline(schedule.getBlock("C")))
        .doesNotThrowAnyException();
  }

  @Test
  void aLoopWhoseLengthDependsOnAnotherIsTakenForNoRectangle() {
    refused(TRIANGLE, "rfactor: ", s -> s.rfactor(s.getLoops(s.getBlock("C")).getLast(), -1));
    refusedOrRight(TRIANGLE, s -> s.blockize(loop(s, 0)));
    refusedOrRight(TRIANGLE, s -> s.blockize(loop(s, 1)));
    refused(TRIANGLE, "padEinsum: ", s -> s.padEinsum(s.getBlock("C"), List.of(1, 3)));
  }

  @Test
  void aBlockIsNotGivenMoreInstancesThanItHas() {
    Var i = Var.int32("i");
    Var k = Var.int32("k");
    refused(
        TRIANGLE,
        "are not just its loops",
        s -> s.transformBlockLayout(s.getBlock("C"), new IndexMap(List.of(i, k), List.of(k, i))));
  }

  private static LoopRef loop(Schedule schedule, int index) {
    return schedule.getLoops(schedule.getBlock("C")).get(index);
  }

  @Test
  void whatIsReadUnderAConditionIsNotCopiedOutOfBounds() {
    String nested =
        """
        A: T.Buffer((7, 2), "int32"), C: T.Buffer((7, 2), "int32")
        for i in range(7):
            with T.block("row"):
                vi = T.axis.spatial(7, i)
                T.reads(A[vi - 1, 0:2])
                T.writes(C[vi, 0:2])
                for j in range(2):
                    with T.block("C"):
                        vj = T.axis.spatial(2, j)
                        C[vi, vj] = T.if_then_else(vi >= 1, A[vi - 1, vj], 0)
        """;
    refused(nested, "under a condition", s -> s.cacheRead(s.getBlock("C"), 0, "shared"));
    refused(PADDED, "under a condition", s -> s.reindex(s.getBlock("C"), 0, false));
  }

  @Test
  void anIndexThatIsALoopWithinTheBlockHasNoPlaceInAReindexedCopy() {
    refused(
        """
        A: T.Buffer((6, 4), "int32"), C: T.Buffer((6, 4), "int32")
        for i in range(6):
            with T.block("C"):
                vi = T.axis.spatial(6, i)
                T.reads(A[vi, 0:4])
                T.writes(C[vi, 0:4])
                for j in range(4):
                    C[vi, j] = A[vi, j] + 1
        """,
        "not made of axes only",
        s -> s.reindex(s.getBlock("C"), 0, false));
  }

  @Test
  void aBlockThatNobodyReadsDoesNotGoBeforeItsProducer() {
    refused(
        """
        A: T.Buffer((9, 6), "int32"), C: T.Buffer((9, 6), "int32")
        B = T.alloc_buffer((9, 6), "int32")
        for i, j in T.grid(9, 6):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                C[vi, vj] = A[vi, vj] + 1
        for i, j in T.grid(9, 6):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                B[vi, vj] = C[vi, vj]
        """,
        "would read more than is produced so far",
        s -> s.computeAt(s.getBlock("B"), s.getLoops(s.getBlock("C")).getFirst()));
  }

  @Test
  void theSizesOfAFunctionStayKnown() {
    Var i = Var.int32("i");
    IndexMap halves = new IndexMap(List.of(i), List.of(Expr.floorDiv(i, 2), Expr.floorMod(i, 2)));
    Schedule schedule =
        schedule(
            """
            a: T.handle
            n = T.int32()
            A = T.match_buffer(a, (n * 2, n), "int32")
            for i, j in T.grid(n * 2, n):
                with T.block("A"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    A[vi, vj] = vi - vj
            """);
    Var j = Var.int32("j");
    IndexMap fused =
        new IndexMap(
            List.of(i, j),
            List.of(
                Expr.add(
                    Expr.mul(i, schedule.function().paramBuffers().getFirst().shape().get(1)), j)));
    assertThatThrownBy(() -> schedule.transformLayout(schedule.getBlock("A"), 0, true, fused))
        .isInstanceOf(ScheduleException.class)
        .hasMessageContaining("could no longer be told");
    assertThatThrownBy(() -> schedule.transformLayout(schedule.getBlock("A"), 0, true, halves))
        .isInstanceOf(ScheduleException.class);
  }

  @Test
  void aLoopThatRepeatsAReductionStaysOnItsSideOfTheReductionLoop() {
    String repeated =
        """
        A: T.Buffer((5,), "int32"), C: T.Buffer((2,), "int32")
        for n, k, i in T.grid(3, 5, 2):
            with T.block("C"):
                vi, vk = T.axis.remap("SR", [i, k])
                with T.init():
                    C[vi] = 0
                C[vi] = C[vi] + A[vk]
        """;
    refused(repeated, "loop n repeats block C", s -> s.reorder(List.of(loop(s, 1), loop(s, 0))));
    refused(repeated, "loop n repeats block C", s -> s.reorder(List.of(loop(s, 2), loop(s, 0))));
    assertThatCode(
            () -> {
              Schedule s = schedule(repeated);
              s.reorder(List.of(loop(s, 2), loop(s, 1)));
            })
        .doesNotThrowAnyException();
  }

  /** Each thread writes an element of memory that all of them see. */
  private static final String SHARED =
      """
      A: T.Buffer((4,), "int32"), C: T.Buffer((4,), "int32")
      B = T.alloc_buffer((4,), "int32", scope="shared")
      for i in T.thread_binding(4, thread="threadIdx.x"):
          for u in range(1):
              with T.block("B"):
                  vi = T.axis.spatial(4, i + u)
                  B[vi] = A[vi] * 2
          with T.block("C"):
              vi = T.axis.spatial(4, i)
              C[vi] = B[vi] + 1
      """;

  @Test
  void aThreadDoesNotCopyWhatOthersHaveNotWrittenYet() {
    String reason = "each thread would copy what other threads write";
    refused(SHARED, reason, s -> s.cacheWrite(s.getBlock("B"), 0, "shared"));
    refused(SHARED, reason, s -> s.cacheRead(s.getBlock("C"), 0, "local"));
    refused(
        SHARED,
        reason,
        s -> s.writeAt(s.getLoops(s.getBlock("B")).getLast(), s.getBlock("B"), 0, "shared"));
  }

  @Test
  void whatIterationsBeyondTheEndWouldWriteIsNotCopied() {
    String tiled =
        """
        A: T.Buffer((10,), "int32"), C: T.Buffer((10,), "int32")
        for i, j in T.grid(3, 4):
            with T.block("C"):
                vi = T.axis.spatial(10, i * 4 + j)
                T.where(i * 4 + j < 10)
                C[vi] = A[vi] + 1
        """;
    refused(tiled, "writeAt: ", s -> s.writeAt(loop(s, 0), s.getBlock("C"), 0, "local"));
    refused(tiled, "writeAt: ", s -> s.writeAt(loop(s, 1), s.getBlock("C"), 0, "local"));
  }

  @Test
  void blocksThatDoNotStateWhatTheirPartsAccessAreLeftWhereTheyAre() {
    String pair =
        """
        A: T.Buffer((4, 6), "int32"), C: T.Buffer((4, 6), "int32")
        B = T.alloc_buffer((4, 6), "int32")
        for i, j in T.grid(4, 6):
            with T.block("B"):
                vi, vj = T.axis.remap("SS", [i, j])
                B[vi, vj] = A[vi, vj] * 2
        for i, j in T.grid(4, 6):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                C[vi, vj] = B[3 - vi, vj] + 1
        """;
    String reason = "does not state what the blocks within it access";
    refused(
        pair,
        reason,
        s -> {
          LoopRef rows = loop(s, 0);
          s.loopPartition(loop(s, 1), 2, null);
          s.merge(s.getLoops(s.getBlock("B")).getFirst(), rows);
        });
    refused(
        pair,
        reason,
        s -> {
          LoopRef rows = loop(s, 0);
          s.loopPartition(loop(s, 1), 2, null);
          s.parallel(rows);
        });
    refused(pair, reason, s -> s.blockize(s.loopPartition(loop(s, 1), 2, null).getFirst()));
  }

  @Test
  void aPlaceInMemoryIsNotReadForIterationsBeyondTheEnd() {
    String indexed =
        """
        I: T.Buffer((5,), "int32"), C: T.Buffer((5,), "int32")
        for i in range(5):
            with T.block("C"):
                vi = T.axis.spatial(5, I[i])
                T.where(I[i] >= 0 and I[i] < 5)
                C[vi] = 1
        """;
    refused(indexed, "beyond the end of loop i", s -> s.split(loop(s, 0), null, 3));
    refusedOrRight(indexed, s -> s.split(loop(s, 0), null, 1));
  }

  @Test
  void aConditionOfABlockAroundHoldsForAxesWithin() {
    Schedule schedule =
        schedule(
            """
            A: T.Buffer((5, 6), "int32"), C: T.Buffer((5, 6), "int32")
            for i, j in T.grid(5, 6):
                with T.block("C"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    C[vi, vj] = A[vi, vj] + 1
            """);
    LoopRef rows = loop(schedule, 0);
    schedule.loopPartition(loop(schedule, 1), 2, null);
    schedule.split(rows, null, 2);
    assertThatCode(() -> WellFormed.check(schedule.function())).doesNotThrowAnyException();
  }

  @Test
  void aReductionIsNotCutInPartsThatEachBegin() {
    refused(
        """
        A: T.Buffer((4, 8), "int32"), C: T.Buffer((4,), "int32")
        for i, k_0, k_1 in T.grid(4, 2, 4):
            with T.block("C"):
                vi = T.axis.spatial(4, i)
                vk = T.axis.reduce(8, k_0 * 4 + k_1)
                with T.init():
                    C[vi] = 0
                C[vi] = C[vi] + A[vi, vk]
        """,
        "carries out a reduction",
        s -> s.loopPartition(loop(s, 2), 1, null));
  }

  @Test
  void aBlockMadeOfARepeatedReductionWouldBeginOnlyOnce() {
    refused(
        """
        A: T.Buffer((5,), "int32"), C: T.Buffer((2,), "int32")
        for n, i, k in T.grid(3, 2, 5):
            with T.block("C"):
                vi, vk = T.axis.remap("SR", [i, k])
                with T.init():
                    C[vi] = 0
                C[vi] = C[vi] + A[vk]
        """,
        "does the whole reduction again",
        s -> s.blockize(loop(s, 0)));
  }

  @Test
  void aThreadDoesNotCopyForAllWhatOthersHaveNotWrittenYet() {
    refused(
        SHARED,
        "each thread would copy what other threads write",
        s -> s.readAt(s.getLoops(s.getBlock("C")).getFirst(), s.getBlock("C"), 0, "shared"));
  }

  @Test
  void aRollingPartIsWhole() {
    refused(
        """
        A: T.Buffer((8,), "int32"), C: T.Buffer((8,), "int32")
        B = T.alloc_buffer((8,), "int32")
        for i in range(8):
            for u in range(3):
                with T.block("B"):
                    vi = T.axis.spatial(8, i + u)
                    T.where(u < 1)
                    B[vi] = A[vi] * 2
            with T.block("C"):
                vi = T.axis.spatial(8, i)
                C[vi] = B[vi] + 1
        """,
        "leaves out a part in each iteration",
        s -> s.rollingBuffer(s.getBlock("B"), 0));
  }

  @Test
  void aViewIsNotCopiedAtALoop() {
    String rows =
        """
        A: T.Buffer((7, 4), "int32"), C: T.Buffer((7, 4), "int32")
        for i in range(7):
            with T.block("row"):
                vi = T.axis.spatial(7, i)
                T.reads(A[vi, 0:4])
                T.writes(C[vi, 0:4])
                a = T.match_buffer(A[vi, 0:4], (4,), "int32", strides=("s0",), offset_factor=1)
                c = T.match_buffer(C[vi, 0:4], (4,), "int32", strides=("s1",), offset_factor=1)
                for j in range(4):
                    with T.block("C"):
                        vj = T.axis.spatial(4, j)
                        T.reads(a[vj])
                        T.writes(c[vj])
                        c[vj] = a[vj] + 1
        """;
    refused(rows, "is a view", s -> s.readAt(loop(s, 0), s.getBlock("C"), 0, "shared"));
    refused(rows, "is a view", s -> s.writeAt(loop(s, 0), s.getBlock("C"), 0, "shared"));
  }

  @Test
  void whatAConditionOfABlockLeavesOutIsNotCopiedOutOfBounds() {
    refused(
        """
        A: T.Buffer((6,), "int32"), C: T.Buffer((6,), "int32")
        for o in range(1):
            with T.block("all"):
                vo = T.axis.spatial(1, o)
                T.reads(A[0:8])
                T.writes(C[0:6])
                for i in range(8):
                    with T.block("C"):
                        vi = T.axis.spatial(6, i)
                        T.where(i < 6)
                        T.reads(A[vi])
                        T.writes(C[vi])
                        C[vi] = A[vi] + 1
        """,
        "under a condition",
        s -> s.cacheRead(s.getBlock("C"), 0, "shared"));
  }

  @Test
  void aReindexedCopyHasTheLoopsThatLimitItsLoops() {
    Schedule schedule = schedule(TRIANGLE);
    Var i = Var.int32("i");
    Var k = Var.int32("k");
    IndexMap swapped = new IndexMap(List.of(i, k), List.of(k, i));
    assertThatCode(
            () -> {
              schedule.reindexCacheRead(schedule.getBlock("C"), 0, "global", swapped);
              WellFormed.check(schedule.function());
            })
        .doesNotThrowAnyException();
    refused(
        TRIANGLE.replace("A: T.Buffer((4, 4),", "A: T.Buffer((4,),").replace("A[vi, vk]", "A[vk]"),
        "which the copy does not have",
        s ->
            s.reindexCacheRead(
                s.getBlock("C"), 0, "global", new IndexMap(List.of(i, k), List.of(k))));
  }

  @Test
  void paddingDoesNotCutBackWhatWasNotWritten() {
    refused(
        """
        A: T.Buffer((3,), "int32"), C: T.Buffer((3,), "int32")
        B = T.alloc_buffer((8,), "int32")
        for i in range(3):
            with T.block("B"):
                vi = T.axis.spatial(3, i)
                B[vi] = A[vi] * 3
        for i in range(3):
            with T.block("C"):
                vi = T.axis.spatial(3, i)
                C[vi] = B[vi] + 1
        """,
        "does not write all of 'B'",
        s -> s.padEinsum(s.getBlock("B"), List.of(4)));
  }

  @Test
  void aBlockThatWritesWhatItReadsItselfIsNotUpdatedInACopy() {
    refused(
        """
        A: T.Buffer((6,), "int32"), C: T.Buffer((6,), "int32")
        B = T.alloc_buffer((6,), "int32")
        with T.block("both"):
            T.reads(A[0:6], B[0:6])
            T.writes(B[0:6], C[0:6])
            for i in range(6):
                with T.block("B"):
                    vi = T.axis.spatial(6, i)
                    B[vi] = A[vi] * 3
            for i in range(6):
                with T.block("C"):
                    vi = T.axis.spatial(6, i)
                    C[vi] = B[vi] + 1
        """,
        "writes 'B'",
        s -> s.cacheInplace(s.getBlock("both"), 1, "shared"));
  }

  @Test
  void whatInnerBlocksLeaveOutIsNotCopiedBack() {
    refused(
        """
        A: T.Buffer((2, 5), "int32"), C: T.Buffer((10,), "int32")
        for i in range(2):
            with T.block("row"):
                vi = T.axis.spatial(2, i)
                T.reads(A[vi, 0:5])
                T.writes(C[vi * 5:vi * 5 + 8])
                for j, k in T.grid(2, 4):
                    with T.block("C"):
                        vj = T.axis.spatial(5, j * 4 + k)
                        T.where(j * 4 + k < 5)
                        C[vi * 5 + vj] = A[vi, vj] + 1
        """,
        "writes is not known",
        s -> s.cacheWrite(s.getBlock("row"), 0, "global"));
  }

  @Test
  void aConsumerDoesNotRunWhereItsProducerIsLeftOut() {
    refused(
        """
        A: T.Buffer((8,), "int32"), C: T.Buffer((8,), "int32")
        B = T.alloc_buffer((8,), "int32")
        for i in range(8):
            with T.block("B"):
                vi = T.axis.spatial(8, i)
                B[vi] = A[vi] * 2
        for i in range(8):
            with T.block("C"):
                vi = T.axis.spatial(8, i)
                C[vi] = B[vi] + 1
        """,
        "does not",
        s -> {
          List<LoopRef> outer = s.split(s.getLoops(s.getBlock("B")).getFirst(), 2, 5);
          List<LoopRef> inner = s.split(outer.get(1), 5, 5, 1);
          s.reverseComputeAt(s.getBlock("C"), inner.get(1), true, -1);
        });
  }

  @Test
  void aCopyLeavesOutWhatItsWriterLeavesOutBeyondTheEnd() {
    refused(
        """
        A: T.Buffer((7,), "int32"), B: T.Buffer((7,), "int32")
        with T.block("root"):
            with T.block("B_o"):
                T.reads(A[0:8], B[-1:7])
                T.writes(B[0:8])
                for i, j in T.grid(2, 4):
                    with T.block("B"):
                        vi = T.axis.opaque(7, i * 4 + j)
                        T.where(i * 4 + j < 7)
                        T.reads(A[vi], B[vi - 1])
                        T.writes(B[vi])
                        if vi == 0:
                            B[vi] = A[vi]
                        else:
                            B[vi] = B[vi - 1] + A[vi]
        """,
        "out of bounds",
        s -> s.cacheRead(s.getBlock("B_o"), 1, "global"));
  }

  @Test
  void aCopyOfWhatAPartitionLeavesOutIsNotMade() {
    refused(
        """
        A: T.Buffer((4,), "int32"), C: T.Buffer((4,), "int32")
        for i in range(4):
            with T.block("C"):
                vi = T.axis.spatial(4, i)
                C[vi] = A[vi] * 2
        """,
        "writes is not known",
        s -> {
          LoopRef i = s.getLoops(s.getBlock("C")).getFirst();
          BlockRef outer = s.blockize(i);
          List<LoopRef> parts = s.split(i, 3, 4);
          s.loopPartition(parts.get(1), 2, null);
          s.cacheWrite(outer, 0, "shared");
        });
  }

  @Test
  void iterationsThatWriteOneElementStayInOrder() {
    String text =
        """
        A: T.Buffer((24,), "int32"), B: T.Buffer((2,), "int32")
        for i in range(24):
            with T.block("B"):
                vi = T.axis.spatial(24, i)
                B[vi // 12] = A[vi]
        """;
    refused(text, "write the same", s -> s.vectorize(s.getLoops(s.getBlock("B")).getFirst()));
    refused(text, "write the same", s -> s.parallel(s.getLoops(s.getBlock("B")).getFirst()));
    refused(
        text, "write the same", s -> s.bind(s.getLoops(s.getBlock("B")).getFirst(), "threadIdx.x"));
  }

  @Test
  void partsOfAReductionThatAreDoneAgainBeginAgain() {
    refused(
        """
        A: T.Buffer((4, 4), "int32"), C: T.Buffer((4,), "int32")
        B = T.alloc_buffer((2, 2), "int32")
        for i, j in T.grid(4, 2):
            for k in range(4):
                with T.block("B"):
                    vi = T.axis.spatial(4, i // 2 * 2 + j)
                    vk = T.axis.reduce(4, k)
                    with T.init():
                        B[vi // 2, vi % 2] = 0
                    B[vi // 2, vi % 2] = B[vi // 2, vi % 2] + A[vi, vk]
        for i in range(4):
            with T.block("C"):
                vi = T.axis.spatial(4, i)
                C[vi] = B[vi // 2, vi % 2]
        """,
        "again",
        s -> s.decomposeReduction(s.getBlock("B"), s.getLoops(s.getBlock("B")).getFirst()));
  }

  /** Refused as certainly wrong; and so it is, if it is done without checks. */
  private static void certainlyWrong(String text, String reason, Consumer<Schedule> step) {
    Schedule checked = schedule(text);
    assertThatThrownBy(() -> step.accept(checked))
        .isInstanceOfSatisfying(
            ScheduleException.class, e -> assertThat(e.kind()).isEqualTo(Refusal.WRONG_RESULT))
        .hasMessageContaining(reason);
    IRModule before = checked.module();
    Schedule unchecked = Schedule.unchecked(before);
    step.accept(unchecked);
    Instruction done = unchecked.trace().instructions().getLast();
    assertThatThrownBy(
            () -> new StepVerifier(VerifyOptions.DEFAULT).check(done, before, unchecked.module()))
        .isInstanceOf(VerificationException.class);
  }

  @Test
  void aConsumerCannotComeBeforeWhatItReads() {
    certainlyWrong(
        """
        A: T.Buffer((8,), "int32"), D: T.Buffer((8,), "int32")
        B = T.alloc_buffer((8,), "int32")
        C = T.alloc_buffer((8,), "int32")
        for i in range(8):
            with T.block("B"):
                vi = T.axis.spatial(8, i)
                B[vi] = A[vi] * 2
        for i in range(8):
            with T.block("C"):
                vi = T.axis.spatial(8, i)
                C[vi] = B[vi] + 1
        for i in range(8):
            with T.block("D"):
                vi = T.axis.spatial(8, i)
                D[vi] = C[vi] + 1
        """,
        "comes before",
        s -> s.reverseComputeAt(s.getBlock("B"), s.getLoops(s.getBlock("D")).getFirst()));
  }

  @Test
  void aReductionAxisThatIndexesNothingCountsOnce() {
    certainlyWrong(
        """
        A: T.Buffer((4,), "int32"), C: T.Buffer((4,), "int32")
        B = T.alloc_buffer((4,), "int32")
        P = T.alloc_buffer((4,), "int32")
        for i in range(4):
            with T.block("P"):
                vi = T.axis.spatial(4, i)
                P[vi] = A[vi]
        for i, k in T.grid(4, 1):
            with T.block("B"):
                vi, vk = T.axis.remap("SR", [i, k])
                with T.init():
                    B[vi] = 0
                B[vi] = B[vi] + P[vi]
        for i in range(4):
            with T.block("C"):
                vi = T.axis.spatial(4, i)
                C[vi] = B[vi]
        """,
        "count more often",
        s -> s.padEinsum(s.getBlock("B"), List.of(4, 2)));
  }

  @Test
  void aReductionUnderALoopOfAnotherOneIsNotRepeated() {
    refused(
        """
        A: T.Buffer((4, 1), "int32"), D: T.Buffer((4,), "int32"), C: T.Buffer((1,), "int32")
        for i, k in T.grid(4, 1):
            with T.block("D"):
                vi, vk = T.axis.remap("SR", [i, k])
                with T.init():
                    D[vi] = 0
                D[vi] = D[vi] + A[vi, vk]
            with T.block("C"):
                vj = T.axis.spatial(1, 0)
                vr = T.axis.reduce(4, i)
                with T.init():
                    C[vj] = 0
                C[vj] = C[vj] + D[vr]
        """,
        "done again",
        s -> s.padEinsum(s.getBlock("D"), List.of(1, 2)));
  }

  @Test
  void aCopyDoesNotNeedIndicesThatAreNotThereYet() {
    refused(
        """
        A: T.Buffer((8,), "int32"), I: T.Buffer((8,), "int32"), C: T.Buffer((8,), "int32")
        J = T.alloc_buffer((8,), "int32")
        for i in range(8):
            with T.block("J"):
                vi = T.axis.spatial(8, i)
                J[vi] = T.min(T.max(I[vi], 0), 7)
        for i in range(8):
            with T.block("C"):
                vi = T.axis.spatial(8, i)
                T.reads(A[J[vi]], J[vi])
                T.writes(C[vi])
                C[vi] = A[J[vi]]
        """,
        "which is written in the scope",
        s -> {
          Var i = Var.of("i", DType.INT32);
          s.reindexCacheRead(s.getBlock("C"), 0, "global", new IndexMap(List.of(i), List.of(i)));
        });
  }

  @Test
  void aCopyTakesNothingBetweenWhatIsWritten() {
    refused(
        """
        A: T.Buffer((4, 12), "int32"), C: T.Buffer((4, 12), "int32")
        B = T.alloc_buffer((48,), "int32")
        for i in range(4):
            with T.block("B"):
                vi = T.axis.spatial(4, i)
                T.reads(A[vi, 0:12])
                T.writes(B[vi:vi + 45])
                for j in range(12):
                    B[j * 4 + vi] = A[vi, j]
            for j in range(12):
                with T.block("C"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    C[vi, vj] = B[vj * 4 + vi]
        """,
        "than was written",
        s -> s.cacheRead(s.getBlock("C"), 0, "global"));
  }

  @Test
  void aCopyTakesNothingBeyondTheBuffer() {
    refused(
        """
        A: T.Buffer((6,), "int32"), C: T.Buffer((4,), "int32")
        with T.block("root"):
            with T.block("C_o"):
                T.reads(A[0:11])
                T.writes(C[0:4])
                for i in range(4):
                    with T.block("C"):
                        vi = T.axis.spatial(4, i)
                        T.reads(A[0:6])
                        T.writes(C[vi])
                        C[vi] = A[vi % 6] + A[(vi + 1) % 6]
        """,
        "out of bounds", s -> s.cacheRead(s.getBlock("C"), 0, "shared"));
  }

  @Test
  void aConsumerRunsForAllCombinationsOfItsAxes() {
    refused(
        """
        A: T.Buffer((7,), "int32"), C: T.Buffer((3, 3), "int32")
        B = T.alloc_buffer((7,), "int32")
        for i in range(7):
            with T.block("B"):
                vi = T.axis.spatial(7, i)
                B[vi] = A[vi] * 2
        for i, j in T.grid(3, 3):
            with T.block("C"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(B[vi * 3 + vj])
                T.writes(C[vi, vj])
                C[vi, vj] = T.if_then_else(vi * 3 + vj < 7, B[vi * 3 + vj], 0)
        """,
        "combinations",
        s -> s.reverseComputeAt(s.getBlock("C"), s.getLoops(s.getBlock("B")).getFirst()));
  }

  @Test
  void blocksThatUseALoopThemselvesAreNotTakenTogether() {
    refused(
        """
        A: T.Buffer((2, 9), "int32"), C: T.Buffer((2,), "int32")
        for i, k in T.grid(2, 9):
            with T.block("C"):
                vi, vk = T.axis.remap("SR", [i, k])
                with T.init():
                    C[vi] = 0
                C[vi] = C[vi] + A[vi, vk]
        """,
        "not through an axis",
        s -> {
          BlockRef block = s.getBlock("C");
          LoopRef k = s.getLoops(block).get(1);
          BlockRef init = s.decomposeReduction(block, k);
          s.loopPartition(k, 4, null);
          s.blockize(List.of(init, s.getBlock("C_update_k_common")), true);
        });
  }

  @Test
  void whatABlockDoesNotStateIsNotForgotten() {
    refused(
        """
        A: T.Buffer((9,), "int32"), C: T.Buffer((9,), "int32")
        B = T.alloc_buffer((9,), "int32")
        with T.block("B_o"):
            T.reads(A[0:9])
            T.writes()
            for i in range(9):
                with T.block("B"):
                    vi = T.axis.spatial(9, i)
                    B[vi] = A[vi] * 2
        for i in range(9):
            with T.block("C"):
                vi = T.axis.spatial(9, i)
                C[vi] = B[vi] + 1
        """,
        "does not state",
        s -> s.cacheRead(s.getBlock("C"), 0, "local"));
  }

  @Test
  void aCopyOfAllThatAxesReachTakesOnlyWhatIsThere() {
    Var i = Var.of("i", DType.INT32);
    Var j = Var.of("j", DType.INT32);
    refused(
        TRIANGLE,
        "take all of its values",
        s -> {
          IndexMap swapped = new IndexMap(List.of(i, j), List.of(j, i));
          s.reindexCacheRead(s.getBlock("C"), 0, "global", swapped);
          s.reindex(s.getBlock("C"), 0, false);
        });
  }

  @Test
  void aCopyInAnIterationWithoutItsReaderIsNotMade() {
    Var i = Var.of("i", DType.INT32);
    refused(
        """
        A: T.Buffer((8,), "int32"), C: T.Buffer((4,), "int32")
        for i in range(8):
            with T.block("C"):
                vi = T.axis.spatial(8, i)
                T.where(i % 2 == 0)
                T.reads(A[vi])
                T.writes(C[vi // 2])
                C[vi // 2] = A[vi]
        """,
        "leaves out iterations",
        s -> {
          BlockRef block = s.getBlock("C");
          s.reindexCacheRead(block, 0, "global", new IndexMap(List.of(i), List.of(i)));
          s.readAt(s.getLoops(block).getFirst(), block, 0, "shared");
        });
  }

  @Test
  void aReductionInOverlappingWindowsBeginsAgainForEach() {
    refused(
        """
        A: T.Buffer((4, 4), "int32"), C: T.Buffer((2,), "int32")
        B = T.alloc_buffer((4,), "int32")
        for i in range(2):
            for j, k in T.grid(3, 4):
                with T.block("B"):
                    vi = T.axis.spatial(4, i + j)
                    vk = T.axis.reduce(4, k)
                    with T.init():
                        B[vi] = 0
                    B[vi] = B[vi] + A[vi, vk]
        for i in range(2):
            with T.block("C"):
                vi = T.axis.spatial(2, i)
                T.reads(B[vi:vi + 3])
                T.writes(C[vi])
                C[vi] = B[vi] + B[vi + 1] + B[vi + 2]
        """,
        "again",
        s -> s.blockize(s.getLoops(s.getBlock("B")).getFirst()));
  }

  @Test
  void aCopyUnderATriangleKeepsItsLimits() {
    Schedule schedule = schedule(TRIANGLE);
    BlockRef block = schedule.getBlock("C");
    BlockRef copy = schedule.readAt(schedule.getLoops(block).get(1), block, 0, "shared");
    Var i = Var.of("i", DType.INT32);
    Var j = Var.of("j", DType.INT32);
    Expr four = Expr.imm(DType.INT32, 4);
    IndexMap swapped = new IndexMap(List.of(i, j), List.of(Expr.floorMod(j, four), i));
    assertThatCode(() -> schedule.reindexCacheRead(copy, 0, "global", swapped))
        .doesNotThrowAnyException();
  }

  private static final String PAIR =
      """
      A: T.Buffer((4, 4), "int32"), C: T.Buffer((4,), "int32")
      B = T.alloc_buffer((4,), "int32")
      for i, u, k in T.grid(4, 1, 4):
          with T.block("B"):
              vi, vk = T.axis.remap("SR", [i, k])
              with T.init():
                  B[vi] = 7
              B[vi] = T.min(B[vi], A[vi, vk])
      for i in range(4):
          with T.block("C"):
              vi = T.axis.spatial(4, i)
              C[vi] = B[vi]
      """;

  @Test
  void anInitDoesNotRunWhereItsUpdateIsLeftOut() {
    refused(
        PAIR,
        "mixes",
        s -> {
          LoopRef u = s.getLoops(s.getBlock("B")).get(1);
          List<LoopRef> parts = s.split(u, 4, 1);
          s.decomposeReduction(s.getBlock("B"), parts.get(1));
        });
  }

  @Test
  void aCopyBackIsNotMadeWhereItsWriterIsLeftOut() {
    refused(
        PAIR,
        "leaves out iterations",
        s -> {
          LoopRef u = s.getLoops(s.getBlock("B")).get(1);
          List<LoopRef> parts = s.split(u, 4, 1);
          s.writeAt(parts.get(0), s.getBlock("B"), 0, "local");
        });
  }

  @Test
  void aBoxAroundATriangleIsNotCopied() {
    Var i = Var.of("i", DType.INT32);
    Var j = Var.of("j", DType.INT32);
    refused(
        TRIANGLE,
        "of which not all may be written",
        s -> {
          BlockRef block = s.getBlock("C");
          IndexMap same = new IndexMap(List.of(i, j), List.of(i, j));
          s.reindexCacheRead(block, 0, "global", same);
          LoopRef first = s.getLoops(block).getFirst();
          List<LoopRef> parts = s.split(first, 1, null);
          s.readAt(parts.get(0), block, 0, "shared");
        });
  }

  @Test
  void aCopyBackLeavesNothingOutOfWhatAWriterStates() {
    refused(
        """
        A: T.Buffer((2, 5), "int32"), C: T.Buffer((10,), "int32")
        for i in range(2):
            with T.block("C_o"):
                vi = T.axis.spatial(2, i)
                T.reads(A[vi, 0:5])
                T.writes(C[vi:vi + 9])
                for j in range(5):
                    with T.block("C"):
                        vj = T.axis.spatial(5, j)
                        C[vj * 2 + vi] = A[vi, vj]
        """,
        "does not write all",
        s -> s.writeAt(s.getLoops(s.getBlock("C_o")).getFirst(), s.getBlock("C_o"), 0, "local"));
  }

  @Test
  void aConsumerDoesNotRunForValuesThatItsLoopsLeaveOut() {
    refused(
        """
        A: T.Buffer((6,), "int32"), C: T.Buffer((5,), "int32")
        B = T.alloc_buffer((6,), "int32")
        for i in range(6):
            with T.block("B"):
                vi = T.axis.spatial(6, i)
                B[vi] = A[vi]
        for i in range(5):
            with T.block("C"):
                vi = T.axis.spatial(6, i)
                C[vi] = B[vi]
        """,
        "don't reach all",
        s -> s.reverseComputeAt(s.getBlock("C"), s.getLoops(s.getBlock("B")).getFirst()));
  }

  @Test
  void aReductionStaysOneBesideARollingBuffer() {
    Schedule schedule =
        schedule(
            """
            A: T.Buffer((5, 8), "int32"), D: T.Buffer((5,), "int32")
            S = T.alloc_buffer((8,), "int32")
            B = T.alloc_buffer((7,), "int32")
            for k, i in T.grid(5, 8):
                with T.block("S"):
                    vk, vi = T.axis.remap("RS", [k, i])
                    with T.init():
                        S[vi] = 0
                    S[vi] = S[vi] + A[vk, vi]
            for i in range(5):
                for j in range(3):
                    with T.block("B"):
                        vi = T.axis.spatial(7, i + j)
                        B[vi] = S[vi + 1]
                with T.block("D"):
                    vi = T.axis.spatial(5, i)
                    T.reads(B[vi:vi + 3])
                    T.writes(D[vi])
                    D[vi] = B[vi] + B[vi + 1] + B[vi + 2]
            """);
    assertThatCode(() -> schedule.rollingBuffer(schedule.getBlock("B"), 0))
        .doesNotThrowAnyException();
  }

  @Test
  void iterationsAtOnceDoNotShareAReduction() {
    refused(
        """
        A: T.Buffer((8, 4), "int32"), C: T.Buffer((8,), "int32")
        B = T.alloc_buffer((8,), "int32")
        for i in range(8):
            for j, k in T.grid(8, 4):
                with T.block("B"):
                    vj, vk = T.axis.remap("SR", [j, k])
                    with T.init():
                        B[vj] = 0
                    B[vj] = B[vj] + A[vj, vk]
            with T.block("C"):
                vi = T.axis.spatial(8, i)
                T.reads(B[0:8])
                T.writes(C[vi])
                C[vi] = B[7 - vi]
        """,
        "the same reduction",
        s -> s.bind(s.getLoops(s.getBlock("C")).getFirst(), "blockIdx.x"));
  }

  @Test
  void aCopyTakesNothingBetweenWhatAReaderReads() {
    refused(
        """
        A: T.Buffer((8,), "int32"), C: T.Buffer((2,), "int32")
        B = T.alloc_buffer((8,), "int32")
        for i in range(4):
            with T.block("B"):
                vi = T.axis.spatial(8, i * 2)
                B[vi] = A[vi]
        for i in range(2):
            with T.block("C"):
                vi = T.axis.spatial(2, i)
                T.reads(B[vi * 2:vi * 2 + 3])
                T.writes(C[vi])
                C[vi] = B[vi * 2] + B[vi * 2 + 2]
        """,
        "",
        s -> s.readAt(s.getLoops(s.getBlock("C")).getFirst(), s.getBlock("C"), 0, "global"));
  }

  @Test
  void aCopyOfATriangleInABlockIsNotMade() {
    refused(
        """
        A: T.Buffer((4, 4), "int32"), C: T.Buffer((4, 4), "int32")
        with T.block("root"):
            with T.block("C_o"):
                T.reads(A[0:4, 0:4])
                T.writes(C[0:4, 0:4])
                for i in range(4):
                    for k in range(i + 1):
                        with T.block("C"):
                            vi, vk = T.axis.remap("SS", [i, k])
                            C[vi, vk] = A[vi, vk]
        """,
        "writes is not known",
        s -> s.cacheWrite(s.getBlock("C_o"), 0, "shared"));
  }

  @Test
  void whatIsInlinedRunsNoMoreOftenThanBefore() {
    refused(
        """
        A: T.Buffer((6,), "int32"), C: T.Buffer((5,), "int32")
        B = T.alloc_buffer((6,), "int32")
        for i in range(6):
            with T.block("B"):
                vi = T.axis.spatial(6, i)
                B[vi] = A[vi]
        for i in range(5):
            with T.block("C"):
                vi = T.axis.spatial(6, i)
                C[vi] = B[vi]
        """,
        "don't reach all",
        s -> s.reverseComputeInline(s.getBlock("C")));
  }
}
