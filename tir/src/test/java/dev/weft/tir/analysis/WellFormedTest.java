package dev.weft.tir.analysis;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.testing.RandomFunctions;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WellFormedTest {
  private static PrimFunc copy(int loop, int axis, String index) {
    return TvmScript.parseFunction(
        """
        @T.prim_func
        def copy(A: T.Buffer((128,), "float32"), B: T.Buffer((128,), "float32")):
            for i in range(%d):
                with T.block("B"):
                    vi = T.axis.spatial(%d, %s)
                    B[vi] = A[vi]
        """
            .formatted(loop, axis, index));
  }

  @Test
  void anAxisKeepsToItsDomain() {
    assertThatCode(() -> WellFormed.check(copy(128, 128, "i"))).doesNotThrowAnyException();
    assertThatThrownBy(() -> WellFormed.check(copy(128, 127, "i")))
        .isInstanceOf(IllFormedException.class)
        .hasMessage(
            "block 'B' of 'copy': axis 'vi' goes from 0 to 126, but its value i from 0 to 127;"
                + " make the axis as long as the loops, or guard the block with T.where");
    assertThatThrownBy(() -> WellFormed.check(copy(128, 128, "i - 1")))
        .hasMessageContaining("its value i - 1 from -1 to 126");
  }

  @Test
  void anUnscheduledLoopCoversItsAxis() {
    assertThatCode(() -> WellFormed.check(copy(127, 128, "i"))).doesNotThrowAnyException();
    assertThatThrownBy(() -> WellFormed.checkUnscheduled(copy(127, 128, "i")))
        .hasMessage(
            "block 'B' of 'copy': axis 'vi' has extent 128, the loop 'i' that it is bound to 127;"
                + " give both the same extent");
  }

  @Test
  void variablesAndBuffersMustBeInScope() {
    Var i = Var.int32("i");
    Buffer a = Buffer.of("A", DType.FLOAT32, 8);
    Stmt store = new Stmt.Store(a, Expr.float32(0), List.of(i));
    PrimFunc noBuffer =
        new PrimFunc(List.of(), Map.of(), Map.of(), Stmt.For.serial(i, Expr.int32(8), store));
    assertThatThrownBy(() -> WellFormed.check(noBuffer))
        .hasMessageContaining("buffer 'A' is accessed where it is not declared");
    Var handle = Var.of("a", DType.HANDLE);
    PrimFunc noLoop = new PrimFunc(List.of(handle), Map.of(handle, a), Map.of(), store);
    assertThatThrownBy(() -> WellFormed.check(noLoop))
        .hasMessageContaining("variable 'i' is used where it is not defined");
  }

  @Test
  void loopsOutsideABlockAreReachedThroughAxes() {
    PrimFunc function =
        TvmScript.parseFunction(
            """
            @T.prim_func
            def main(A: T.Buffer((8, 8), "float32")):
                for i, j in T.grid(8, 8):
                    with T.block("A"):
                        vi = T.axis.spatial(8, i)
                        A[vi, j] = 0
            """);
    assertThatThrownBy(() -> WellFormed.check(function))
        .hasMessageStartingWith("block 'A' of 'main': loop variable 'j' from outside");
  }

  @Property(tries = 100, seed = "20")
  void generatedFunctionsAreWellFormed(@ForAll long seed) {
    WellFormed.check(RandomFunctions.of(seed));
  }
}
