package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the pass names, and where. */
class HoistIndexArithmeticTest {
  private final Var i = Var.int32("i");
  private final Var k = Var.int32("k");
  private final Buffer c = Buffer.of("C", DType.INT32, Scope.GLOBAL, Expr.int32s(64));

  private Stmt loops(Expr index) {
    Stmt store = new Stmt.Store(c, Expr.int32(1), List.of(index));
    return Stmt.For.serial(i, Expr.int32(4), Stmt.For.serial(k, Expr.int32(4), store));
  }

  private String hoisted(Stmt body) {
    Var handle = Var.of("C_handle", DType.HANDLE);
    PrimFunc function = new PrimFunc(List.of(handle), Map.of(handle, c), Map.of(), body);
    return TvmScript.print(new HoistIndexArithmetic().apply(function, Target.parse("opencl")));
  }

  private Expr index() {
    return Expr.add(Expr.add(Expr.mul(i, 8), Expr.mul(Expr.floorDiv(i, 2), 4)), k);
  }

  @Test
  void namesWhatALoopDoesNotChange() {
    assertThat(hoisted(loops(index()))).contains("C_base").contains("C[C_base + k]");
  }

  @Test
  void anExpressionThatTwoPlacesShareIsNamedInNeither() {
    Expr shared = index();
    String script = hoisted(Stmt.seq(loops(shared), loops(shared)));
    // A name that is defined in the first loop means nothing in the second.
    assertThat(script).doesNotContain("C[C_base");
  }
}
