package dev.weft.tir.schedule.verify;

import static dev.weft.tir.schedule.verify.Steps.refused;
import static dev.weft.tir.schedule.verify.Steps.refusedOrRight;
import static dev.weft.tir.schedule.verify.Steps.right;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Parts of buffers that overlap or have gaps, and loops of several types: steps found at random to
 * be wrong, or to end in a crash.
 */
final class PartsAndTypesTest {
  /** Parts of six elements at every fourth; the last of five parts holds 16 to 21. */
  private static final String WINDOWS =
      """
      A: T.Buffer((22,), "int32"), B: T.Buffer((22,), "int32")
      C = T.alloc_buffer((22,), "int32")
      for i in range(5):
          with T.block("C"):
              vi = T.axis.spatial(5, i)
              T.reads(A[vi * 4:vi * 4 + 6])
              T.writes(C[vi * 4:vi * 4 + 6])
              for j in range(6):
                  C[vi * 4 + j] = A[vi * 4 + j]
      for i in range(22):
          with T.block("B"):
              vi = T.axis.spatial(22, i)
              B[vi] = C[vi] * 3
      """;

  private static void underItsConsumer(Schedule s) {
    s.computeAt(s.getBlock("C"), s.getLoops(s.getBlock("B")).getFirst());
  }

  @Test
  void theLastOfOverlappingPartsHoldsMoreThanOne() {
    refused(WINDOWS, "overlap", PartsAndTypesTest::underItsConsumer);
  }

  @Test
  void overlappingPartsThatAreAllThereAreComputedWhereTheyAreNeeded() {
    right(
        WINDOWS.replace("range(22)", "range(20)").replace("spatial(22", "spatial(20"),
        PartsAndTypesTest::underItsConsumer);
  }

  @Test
  void aCopyTakesNothingBetweenWhatAWriterWritesForAnySize() {
    Var i = Var.of("i", DType.INT32);
    Var j = Var.of("j", DType.INT32);
    refused(
        """
        x: T.handle, y: T.handle
        n = T.int32()
        A = T.match_buffer(x, (16, n), "int32")
        C = T.match_buffer(y, (16, n), "int32")
        B = T.alloc_buffer((16, n), "int32")
        for i in range(16):
            with T.block("B"):
                vi = T.axis.spatial(16, i)
                T.reads(A[vi, 0:n])
                T.writes(B[vi, 0:n])
                for j in range(n):
                    B[vi, j] = A[vi, j]
            for j in range(n):
                with T.block("C"):
                    vi, vj = T.axis.remap("SS", [i, j])
                    C[vi, vj] = B[vi, vj]
        """,
        "not known",
        s -> {
          IndexMap columns =
              new IndexMap(List.of(i, j), List.of(Expr.add(Expr.mul(j, Expr.int32(16)), i)));
          s.transformLayout(s.getBlock("B"), 0, true, columns);
          s.cacheRead(s.getBlock("C"), 0, "shared");
        });
  }

  @Test
  void loopsOfSeveralTypesAreFused() {
    right(
        """
        A: T.Buffer((T.int64(5),), "int8"), C: T.Buffer((T.int64(5),), "int8")
        for i in range(T.int64(5)):
            with T.block("C"):
                vi = T.axis.spatial(T.int64(5), i)
                C[vi] = A[vi]
        """,
        s -> {
          BlockRef block = s.getBlock("C");
          LoopRef unit = s.addUnitLoop(block);
          List<LoopRef> parts = s.split(unit, 2, 1);
          LoopRef outer = s.getLoops(block).getFirst();
          s.fuse(outer, parts.get(0), parts.get(1));
          LoopRef again = s.addUnitLoop(s.getLoops(block).getFirst());
          s.fuse(again, s.getLoops(block).get(1));
        });
  }

  @Test
  void aCopyBackIsNotMadeWhereTheBlockAroundLeavesItsWriterOut() {
    refused(
        """
        A: T.Buffer((5, 2), "int32"), C: T.Buffer((5, 2), "int32")
        for i in range(5):
            with T.block("outer"):
                vi = T.axis.spatial(5, i)
                T.reads(A[vi, 0:2])
                T.writes(C[vi, 0:2])
                for j in range(2):
                    with T.block("zero"):
                        vj = T.axis.spatial(2, j)
                        T.reads()
                        C[vi, vj] = 0
                for j in range(2):
                    with T.block("C"):
                        vj = T.axis.spatial(2, j)
                        T.where(vi < 4)
                        C[vi, vj] = A[vi, vj]
        """,
        "leaves out iterations",
        s -> s.reindex(s.getBlock("C"), 0, true));
  }

  /** Every fourth element of {@code D} is written in each iteration. */
  private static final String COLUMNS =
      """
      A: T.Buffer((16,), "int32"), C: T.Buffer((16,), "int32")
      D = T.alloc_buffer((16,), "int32")
      for i in range(4):
          with T.block("D"):
              vi = T.axis.spatial(4, i)
              T.reads(A[vi:vi + 13])
              T.writes(D[vi:vi + 13])
              for j in range(4):
                  D[j * 4 + vi] = A[j * 4 + vi]
      for i in range(16):
          with T.block("C"):
              vi = T.axis.spatial(16, i)
              C[vi] = D[vi]
      """;

  @Test
  void aConsumerDoesNotFindWhatIsBetweenTheElementsWritten() {
    refused(
        COLUMNS,
        "",
        s -> s.reverseComputeAt(s.getBlock("C"), s.getLoops(s.getBlock("D")).getFirst()));
  }

  @Test
  void aProducerDoesNotMakeWhatIsBetweenTheElementsThatItWrites() {
    refused(
        COLUMNS,
        "only some of the part",
        s -> s.computeAt(s.getBlock("D"), s.getLoops(s.getBlock("C")).getFirst()));
  }

  @Test
  void columnsThatAreWrittenAllAreCopied() {
    right(COLUMNS, s -> s.cacheRead(s.getBlock("C"), 0, "shared"));
  }

  @Test
  void aTriangleIsNotAllOfTheBoxAroundIt() {
    refused(
        """
        A: T.Buffer((8, 8), "int32"), C: T.Buffer((8, 8), "int32")
        B = T.alloc_buffer((8, 8), "int32")
        with T.block("B_o"):
            T.reads(A[0:8, 0:8])
            T.writes(B[0:8, 0:8])
            for i in range(8):
                for k in range(i + 1):
                    with T.block("B"):
                        vi, vk = T.axis.remap("SS", [i, k])
                        B[vi, vk] = A[vi, vk]
        for i in range(8):
            for k in range(i + 1):
                with T.block("C"):
                    vi, vk = T.axis.remap("SS", [i, k])
                    C[vi, vk] = B[vi, vk]
        """,
        "",
        s -> s.cacheRead(s.getBlock("C"), 0, "local"));
  }

  @Test
  void aPartInAUnitLoopIsNoLarger() {
    refused(
        """
        A: T.Buffer((7, 7), "int32"), B: T.Buffer((49,), "int32")
        for i, u in T.grid(7, 1):
            with T.block("B"):
                vi = T.axis.opaque(7, i + u)
                T.reads(A[vi, 0:7])
                T.writes(B[vi:vi + 43])
                for j in range(7):
                    B[j * 7 + vi] = A[vi, j] + 1
        """,
        "does not write all",
        s -> s.writeAt(s.getLoops(s.getBlock("B")).getFirst(), s.getBlock("B"), 0, "shared"));
  }

  @Test
  void aCopyIsNotMadeWhereTheBlockAroundLeavesItsReaderOut() {
    refused(
        """
        A: T.Buffer((4, 2), "int32"), C: T.Buffer((6, 2), "int32")
        for i, j in T.grid(6, 2):
            with T.block("outer"):
                vi, vj = T.axis.remap("SS", [i, j])
                T.reads(A[vi, vj])
                T.writes(C[vi, vj])
                for u in range(1):
                    with T.block("C"):
                        T.where(vi < 4)
                        T.reads(A[vi, vj])
                        T.writes(C[vi, vj])
                        C[vi, vj] = A[vi, vj]
        """,
        "leaves out iterations",
        s -> s.reindex(s.getBlock("C"), 0, false));
  }

  @Test
  void aPartCutOffInEachIterationIsNotRolled() {
    refused(
        """
        A: T.Buffer((16,), "int32"), C: T.Buffer((16,), "int32")
        B = T.alloc_buffer((16,), "int32")
        for i, u in T.grid(16, 1):
            for j in range(3):
                with T.block("B"):
                    vi = T.axis.spatial(16, i + u * 3 + j)
                    T.where(u * 3 + j < 1)
                    B[vi] = A[vi] * 2
            with T.block("C"):
                vi = T.axis.spatial(16, i)
                C[vi] = B[vi]
        """,
        "leaves out a part",
        s -> s.rollingBuffer(s.getBlock("B"), 0));
  }

  @Test
  void whatIsWrittenInTheFirstIterationOnlyIsNotThereInTheOthers() {
    refused(
        """
        A: T.Buffer((4,), "int32"), C: T.Buffer((4,), "int32")
        B = T.alloc_buffer((4,), "int32")
        for r in range(3):
            for s, i in T.grid(5, 4):
                with T.block("B"):
                    vi = T.axis.spatial(4, i)
                    T.where(r * 5 + s < 2)
                    B[vi] = A[vi] + 1
            for i in range(4):
                with T.block("C"):
                    vi = T.axis.spatial(4, i)
                    C[vi] = B[vi] * 2
        """,
        "",
        s -> s.vectorize(s.getLoops(s.getBlock("C")).getFirst()));
  }

  /** An axis whose domain depends on a loop: what is put above that loop can't have its size. */
  private static final String TRIANGLE =
      """
      A: T.Buffer((7, 7), "int32"), C: T.Buffer((7, 7), "int32")
      for i in range(7):
          for j in range(i + 1):
              with T.block("C"):
                  vi = T.axis.spatial(7, i)
                  vj = T.axis.spatial(i + 1, j)
                  C[vi, vj] = A[vi, vj] * 3
      """;

  @Test
  void whatIsPutAboveALoopHasNoSizeThatDependsOnIt() {
    refused(TRIANGLE, "depends on loop i", s -> s.reindex(s.getBlock("C"), 0, false));
    refusedOrRight(TRIANGLE, s -> s.reindex(s.getBlock("C"), 0, true));
    refusedOrRight(TRIANGLE, s -> s.padEinsum(s.getBlock("C"), List.of(2, 2)));
    refusedOrRight(TRIANGLE, s -> s.cacheRead(s.getBlock("C"), 0, "shared"));
    refusedOrRight(TRIANGLE, s -> s.cacheWrite(s.getBlock("C"), 0, "shared"));
    refusedOrRight(TRIANGLE, s -> s.blockize(s.getLoops(s.getBlock("C")).getFirst()));
    Var i = Var.of("i", DType.INT32);
    Var j = Var.of("j", DType.INT32);
    IndexMap swapped = new IndexMap(List.of(i, j), List.of(j, i));
    refusedOrRight(TRIANGLE, s -> s.reindexCacheRead(s.getBlock("C"), 0, "shared", swapped));
    refusedOrRight(TRIANGLE, s -> s.reindexCacheWrite(s.getBlock("C"), 0, "shared", swapped));
    refused(TRIANGLE, "depends on loop i", s -> s.transformBlockLayout(s.getBlock("C"), swapped));
  }

  /** Loops that count elements and what is summed up at once, beside one that counts neither. */
  private static final String MIXED =
      """
      A: T.Buffer((2, 4, 6), "int32"), C: T.Buffer((2, 4), "int32")
      for n, p, q in T.grid(2, 3, 8):
          with T.block("C"):
              vn = T.axis.spatial(2, n)
              vi = T.axis.spatial(4, (p * 8 + q) // 6)
              vk = T.axis.reduce(6, (p * 8 + q) % 6)
              with T.init():
                  C[vn, vi] = 0
              C[vn, vi] = C[vn, vi] + A[vn, vi, vk]
      """;

  @Test
  void aReductionBeginsWithItsInitWhicheverLoopsAreMentioned() {
    refused(
        MIXED,
        "at once",
        s -> {
          List<LoopRef> loops = s.getLoops(s.getBlock("C"));
          s.reorder(loops.get(2), loops.get(0));
        });
    right(
        MIXED,
        s -> {
          List<LoopRef> loops = s.getLoops(s.getBlock("C"));
          s.reorder(loops.get(1), loops.get(2), loops.get(0));
        });
  }

  /** Sums of the rows of what another block writes, seven of nine. */
  private static final String ROWS =
      """
      A: T.Buffer((9, 5), "int32"), C: T.Buffer((9,), "int32")
      B = T.alloc_buffer((9, 5), "int32")
      for i, k in T.grid(7, 5):
          with T.block("B"):
              vi = T.axis.spatial(9, i)
              vk = T.axis.spatial(5, k)
              B[vi, vk] = A[vi, vk] * 2
      for i, k in T.grid(7, 5):
          with T.block("C"):
              vi = T.axis.spatial(9, i)
              vk = T.axis.reduce(5, k)
              with T.init():
                  C[vi] = 0
              C[vi] = C[vi] + B[vi, vk]
      """;

  @Test
  void whatIsPaddedHasBeenWritten() {
    refused(ROWS, "not have been written", s -> s.padEinsum(s.getBlock("C"), List.of(1, 2)));
    right(
        ROWS.replace("T.grid(7, 5)", "T.grid(9, 5)"),
        s -> s.padEinsum(s.getBlock("C"), List.of(1, 2)));
  }
}
