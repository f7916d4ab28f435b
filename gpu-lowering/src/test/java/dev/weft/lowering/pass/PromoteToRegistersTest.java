package dev.weft.lowering.pass;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import org.junit.jupiter.api.Test;

class PromoteToRegistersTest {
  private static String promoted(String read) {
    String text =
        """
        from tvm.script import tir as T

        @T.prim_func
        def f(C: T.Buffer((16,), "float32")):
            bx = T.launch_thread("blockIdx.x", 1)
            sums = T.allocate([16], "float32", "local")
            sums_1 = T.decl_buffer((16,), data=sums, scope="local")
            sums_1[T.Ramp(0, 1, 8)] = T.Broadcast(T.float32(1.0), 8)
            sums_1[T.Ramp(8, 1, 8)] = T.Broadcast(T.float32(2.0), 8)
            C[bx] = %s
        """
            .formatted(read);
    PrimFunc function = TvmScript.parseFunction(text);
    return TvmScript.print(new PromoteToRegisters().apply(function, Target.openclCpu()));
  }

  @Test
  void elementOfVectorIsLane() {
    String after = promoted("sums_1[11]");
    assertThat(after).doesNotContain("[16]").contains("float32x8", "T.Shuffle", "[3]");
  }

  @Test
  void arrayStaysWhereAnElementIsPicked() {
    assertThat(promoted("sums_1[bx]")).doesNotContain("float32x8").doesNotContain("T.Shuffle");
  }
}
