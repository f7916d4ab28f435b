package dev.weft.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.lowering.rules.DefaultSchedules;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.structural.StructuralHash;
import dev.weft.tir.target.Target;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A function prints to what reads back as the same function, after every pass of the lowering. */
class LoweredScriptTest {
  private static final String SOFTMAX =
      """
      @T.prim_func
      def softmax(a: T.handle, b: T.handle):
          n = T.int32()
          A = T.match_buffer(a, (n, 100), "float16")
          B = T.match_buffer(b, (n, 100), "float16")
          M = T.alloc_buffer((n,))
          S = T.alloc_buffer((n,))
          for i, k in T.grid(n, 100):
              with T.block("M"):
                  vi, vk = T.axis.remap("SR", [i, k])
                  with T.init():
                      M[vi] = T.float32("-inf")
                  M[vi] = T.max(M[vi], T.Cast("float32", A[vi, vk]))
          for i, k in T.grid(n, 100):
              with T.block("S"):
                  vi, vk = T.axis.remap("SR", [i, k])
                  with T.init():
                      S[vi] = T.float32(0)
                  S[vi] = S[vi] + T.exp(T.Cast("float32", A[vi, vk]) - M[vi])
          for i, j in T.grid(n, 100):
              with T.block("B"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  B[vi, vj] = T.Cast("float16", T.exp(T.Cast("float32", A[vi, vj]) - M[vi]) / S[vi])
      """;

  private static void check(String stage, PrimFunc function) {
    String text = TvmScript.print(function);
    PrimFunc again = TvmScript.parseFunction(text, stage);
    assertThat(StructuralEqual.check(function, again)).as("%s:%n%s", stage, text).isEmpty();
    assertThat(StructuralHash.of(again)).as(text).isEqualTo(StructuralHash.of(function));
  }

  static Stream<PrimFunc> functions() {
    Target target = Target.opencl();
    return Stream.of(
        ScheduledFunctions.vectorAdd(1000, DType.FLOAT32),
        ScheduledFunctions.vectorAdd(1024, DType.BFLOAT16),
        ScheduledFunctions.symbolicAdd(),
        ScheduledFunctions.windowSum(),
        ScheduledFunctions.blockedMatmul(64, DType.FLOAT32),
        DefaultSchedules.apply(TvmScript.parseFunction(SOFTMAX), target));
  }

  @ParameterizedTest
  @MethodSource("functions")
  void everyStageReadsBack(PrimFunc scheduled) {
    KernelPlan plan =
        Lowering.lower(
            scheduled,
            Target.opencl(),
            (number, pass, after, time) -> check(number + " " + pass, after));
    assertThat(plan.launches()).isNotEmpty();
    plan.launches().forEach(launch -> check("kernel", launch.kernel()));
  }
}
