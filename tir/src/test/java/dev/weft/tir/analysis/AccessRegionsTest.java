package dev.weft.tir.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.script.TvmScript;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AccessRegionsTest {
  private final Buffer a = Buffer.of("A", DType.FLOAT32, 64, 64);
  private final Buffer b = Buffer.of("B", DType.FLOAT32, 64, 64);
  private final Var vi = Var.int32("vi");

  /** The regions of {@code for j in 16: B[vi, j] = A[index(j)]} as text. */
  private String regions(Function<Var, List<Expr>> index) {
    Var j = Var.int32("j");
    Stmt store = new Stmt.Store(b, new Expr.Load(a, index.apply(j)), List.of(vi, j));
    Stmt.Block block =
        new Stmt.Block(
            "b",
            List.of(IterVar.spatial(Expr.int32(64), vi)),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Map.of(),
            null,
            Stmt.For.serial(j, Expr.int32(16), store));
    AccessRegions regions = AccessRegions.detect(block);
    assertThat(regions.writes()).hasSize(1);
    assertThat(regions.reads()).isNotEmpty();
    return text(regions.reads().get(0)) + " -> " + text(regions.writes().get(0));
  }

  private static String text(BufferRegion region) {
    Stmt.Block block =
        new Stmt.Block(
            "b",
            List.of(),
            List.of(region),
            List.of(),
            List.of(),
            List.of(),
            Map.of(),
            null,
            new Stmt.Evaluate(Expr.int32(0)));
    return TvmScript.print(block)
        .lines()
        .filter(l -> l.contains("T.reads"))
        .findFirst()
        .orElseThrow()
        .strip();
  }

  @Test
  void innerLoopsAreRelaxed() {
    assertThat(regions(j -> List.of(vi, j)))
        .isEqualTo("T.reads(A[vi, 0:16]) -> T.reads(B[vi, 0:16])");
    assertThat(regions(j -> List.of(Expr.add(Expr.mul(vi, 4), j), Expr.sub(Expr.int32(20), j))))
        .startsWith("T.reads(A[vi * 4:vi * 4 + 16, 5:21])");
  }

  @Test
  void quotientsAndRemainders() {
    assertThat(regions(j -> List.of(Expr.floorDiv(j, 4), Expr.floorMod(j, 4))))
        .startsWith("T.reads(A[0:4, 0:4])");
    assertThat(
            regions(
                j ->
                    List.of(
                        Expr.floorDiv(Expr.add(Expr.mul(vi, 16), j), 8),
                        Expr.floorMod(Expr.add(Expr.mul(vi, 32), j), 32))))
        .startsWith("T.reads(A[vi * 2:vi * 2 + 2, 0:16])");
  }

  @Test
  void whatIsNotUnderstoodIsTheWholeDimension() {
    assertThat(regions(j -> List.of(Expr.mul(j, j), vi))).startsWith("T.reads(A[0:64, vi])");
  }

  @Test
  void indicesOfFunctionsMayBeAnywhere() {
    assertThat(
            regions(
                j ->
                    List.of(
                        Expr.Call.of(DType.INT32, Intrinsic.ABS, vi),
                        new Expr.Load(Buffer.of("J", DType.INT32, 64), List.of(vi)))))
        .startsWith("T.reads(A[0:64, J[vi]])");
  }

  /** An index that the block computes has no value yet where the block begins. */
  @Test
  void indicesThatTheBlockComputesMayBeAnywhere() {
    Buffer own = Buffer.of("own", DType.INT32, 1);
    Buffer given = Buffer.of("given", DType.INT32, 1);
    assertThat(regionsWithCell(own, List.of(own)))
        .isEqualTo("T.reads(A[0:64, 0:64]) T.reads(C[0:64])");
    assertThat(regionsWithCell(given, List.of()))
        .isEqualTo("T.reads(A[0:64, 0:64]) T.reads(C[0:64]) T.reads(given[0])");
  }

  /**
   * The regions that are read by {@code cell[0] = vi; for j in cell[0]: B[vi, j] = A[cell[0], j] +
   * C[cell[0] + 1]}.
   */
  private String regionsWithCell(Buffer cell, List<Buffer> allocated) {
    Var j = Var.int32("j");
    Expr value = new Expr.Load(cell, List.of(Expr.int32(0)));
    Expr sum =
        Expr.add(
            new Expr.Load(a, List.of(value, j)),
            new Expr.Load(
                Buffer.of("C", DType.FLOAT32, 64), List.of(Expr.add(value, Expr.int32(1)))));
    Stmt body =
        Stmt.seq(
            List.of(
                new Stmt.Store(cell, vi, List.of(Expr.int32(0))),
                Stmt.For.serial(j, value, new Stmt.Store(b, sum, List.of(vi, j)))));
    Stmt.Block block =
        new Stmt.Block(
            "b",
            List.of(IterVar.spatial(Expr.int32(64), vi)),
            List.of(),
            List.of(),
            allocated,
            List.of(),
            Map.of(),
            null,
            body);
    return AccessRegions.detect(block).reads().stream()
        .map(AccessRegionsTest::text)
        .sorted()
        .collect(Collectors.joining(" "));
  }
}
