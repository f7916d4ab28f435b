package dev.weft.tir.schedule.verify;

import static dev.weft.tir.schedule.verify.Steps.refused;
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
        "is not known to take all of its values",
        s -> s.reindex(s.getBlock("C"), 0, true));
  }
}
