package dev.weft.tir.structural;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.script.TvmScript;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class StructuralEqualTest {
  private static final Buffer A = Buffer.of("A", DType.FLOAT32, 16);
  private static final Buffer B = Buffer.of("B", DType.FLOAT32, 16);

  private static Stmt copyLoop(String name, long extent, ForKind kind) {
    Var i = Var.int32(name);
    ThreadTag tag = kind == ForKind.THREAD_BINDING ? ThreadTag.THREAD_IDX_X : null;
    return new Stmt.For(
        i,
        Expr.int32(0),
        Expr.int32(extent),
        kind,
        tag,
        Map.of(),
        new Stmt.Store(B, A.at(i), List.of(i)));
  }

  @Test
  void namesOfLoopsDoNotCount() {
    Stmt a = copyLoop("i", 16, ForKind.SERIAL);
    Stmt b = copyLoop("another", 16, ForKind.SERIAL);
    assertThat(StructuralEqual.check(a, b)).isEmpty();
    assertThat(StructuralHash.of(a)).isEqualTo(StructuralHash.of(b));
  }

  @Test
  void extentsAndKindsCount() {
    Stmt a = copyLoop("i", 16, ForKind.SERIAL);
    assertThat(StructuralEqual.check(a, copyLoop("i", 15, ForKind.SERIAL)))
        .get()
        .extracting(Mismatch::path, Mismatch::reason)
        .containsExactly("extent", "constant");
    assertThat(StructuralEqual.check(a, copyLoop("i", 16, ForKind.PARALLEL))).isPresent();
    assertThat(StructuralEqual.check(a, copyLoop("i", 16, ForKind.THREAD_BINDING))).isPresent();
  }

  @Test
  void freeVariablesMustBeIdenticalUnlessMapped() {
    Var n = Var.int32("n");
    Var m = Var.int32("n");
    StructuralEqual.Options mapped = StructuralEqual.Options.STRICT.withFreeVarsMapped();
    assertThat(StructuralEqual.check(Expr.add(n, 1), Expr.add(n, 1))).isEmpty();
    assertThat(StructuralEqual.check(Expr.add(n, 1), Expr.add(m, 1))).isPresent();
    assertThat(StructuralEqual.check(Expr.add(n, 1), Expr.add(m, 1), mapped)).isEmpty();
    assertThat(StructuralEqual.check(Expr.add(n, m), Expr.add(n, n), mapped)).isPresent();
    assertThat(StructuralEqual.check(Expr.add(n, n), Expr.add(n, m), mapped)).isPresent();
  }

  @Test
  void dtypesOfConstantsCount() {
    assertThat(StructuralEqual.check(Expr.int32(1), Expr.imm(DType.INT64, 1))).isPresent();
  }

  @Test
  void negativeZeroAndNanAreToldApartByTheirBits() {
    assertThat(StructuralEqual.check(Expr.float32(-0.0), Expr.float32(0.0))).isPresent();
    assertThat(StructuralEqual.check(Expr.float32(Double.NaN), Expr.float32(Double.NaN))).isEmpty();
  }

  @Test
  void nestedSequencesCountAsWrittenOut() {
    Stmt a = copyLoop("i", 16, ForKind.SERIAL);
    Stmt nested = new Stmt.Seq(List.of(a, new Stmt.Seq(List.of(a, a))));
    Stmt flat = new Stmt.Seq(List.of(a, a, a));
    assertThat(StructuralEqual.check(nested, flat)).isEmpty();
    assertThat(StructuralHash.of(nested)).isEqualTo(StructuralHash.of(flat));
  }

  @Test
  void aVariableBoundTwiceEqualsTwoVariables() {
    Stmt shared = copyLoop("i", 16, ForKind.SERIAL);
    Stmt twice = Stmt.seq(shared, shared);
    Stmt separate = Stmt.seq(copyLoop("i", 16, ForKind.SERIAL), copyLoop("j", 16, ForKind.SERIAL));
    assertThat(StructuralEqual.check(twice, separate)).isEmpty();
    assertThat(StructuralHash.of(twice)).isEqualTo(StructuralHash.of(separate));
  }

  @Test
  void canonicalFormsAreComparedOverTheSameVariables() {
    UnaryOperator<Expr> sorted =
        e ->
            e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)
                    && op == BinaryOp.ADD
                    && a instanceof Expr.IntImm
                ? new Expr.Binary(op, b, a)
                : e;
    Var i = Var.int32("i");
    Var j = Var.int32("j");
    Stmt a = Stmt.For.serial(i, Expr.int32(4), new Stmt.Evaluate(Expr.add(i, 1)));
    Stmt b = Stmt.For.serial(j, Expr.int32(4), new Stmt.Evaluate(Expr.add(Expr.int32(1), j)));
    assertThat(StructuralEqual.check(a, b)).isPresent();
    assertThat(StructuralEqual.check(a, b, StructuralEqual.Options.STRICT.upTo(sorted))).isEmpty();
  }

  @Test
  void buffersCountByTheirLooks() {
    Optional<Mismatch> scope =
        StructuralEqual.check(
            Buffer.of("X", DType.FLOAT32, Scope.SHARED, Expr.int32s(4)),
            Buffer.of("X", DType.FLOAT32, Scope.LOCAL, Expr.int32s(4)));
    assertThat(scope).get().extracting(Mismatch::reason).isEqualTo("scope");
    assertThat(
            StructuralEqual.check(
                Buffer.of("X", DType.FLOAT32, 4), Buffer.of("Y", DType.FLOAT32, 4)))
        .isEmpty();
  }

  @Test
  void aSizeMayBeDeclaredWithinALargerExpression() {
    String text =
        """
        @T.prim_func
        def main(a: T.handle, b: T.handle):
            n = T.int32()
            A = T.match_buffer(a, (n * 4,), "int32")
            B = T.match_buffer(b, (n * SIZE,), "int32")
            A[n] = B[n]
        """;
    PrimFunc a = TvmScript.parseFunction(text.replace("SIZE", "4"));
    PrimFunc b = TvmScript.parseFunction(text.replace("SIZE", "4"));
    assertThat(StructuralEqual.check(a, b)).isEmpty();
    assertThat(StructuralHash.of(a)).isEqualTo(StructuralHash.of(b));
    PrimFunc c = TvmScript.parseFunction(text.replace("SIZE", "5"));
    assertThat(StructuralEqual.check(a, c)).isPresent();
  }
}
