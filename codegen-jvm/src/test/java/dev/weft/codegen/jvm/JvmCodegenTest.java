package dev.weft.codegen.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.LoweringException;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.util.List;
import org.junit.jupiter.api.Test;

class JvmCodegenTest {
  /** The JVM compiles no longer ones. */
  private static final int LONGEST_COMPILED = 8000;

  private static final Target JVM = Target.parse("jvm");

  @Test
  void aKernelIsAMethodOverARangeOfBlocks() {
    ProgramImage image = image(sums(1));

    assertThat(image.format()).isEqualTo(ProgramFormat.JVM_CLASS);
    ClassModel model = ClassFile.of().parse(image.content());
    assertThat(model.thisClass().asInternalName()).isEqualTo("dev/weft/runtime/jvm/Program");
    assertThat(model.methods().stream().map(m -> m.methodName() + "" + m.methodType()))
        .containsExactly(
            "f(JJJJLjava/lang/foreign/MemorySegment;Ljava/lang/foreign/MemorySegment;)V",
            "f$block(JJJLjava/lang/foreign/MemorySegment;Ljava/lang/foreign/MemorySegment;)V");
  }

  @Test
  void theSameKernelsGiveTheSameBytes() {
    assertThat(image(sums(3)).content()).isEqualTo(image(sums(3)).content());
  }

  @Test
  void noMethodIsTooLongForTheJit() {
    ClassModel model = ClassFile.of().parse(image(sums(300)).content());

    assertThat(model.methods()).hasSizeGreaterThan(5);
    for (MethodModel method : model.methods()) {
      int length =
          method.findAttribute(java.lang.classfile.Attributes.code()).orElseThrow().codeLength();
      assertThat(length).as("%s", method.methodName()).isLessThan(LONGEST_COMPILED);
    }
  }

  @Test
  void whatTheJvmCantDoIsRefused() {
    String text =
        """
        @T.prim_func
        def f(A: T.Buffer((64,), "float32"), C: T.Buffer((64,), "float32")):
            T.func_attr({"global_symbol": "f"})
            tx = T.launch_thread("threadIdx.x", 32)
            C[tx] = T.tvm_warp_shuffle(T.tvm_warp_activemask(), A[tx], 0, 32, 32)
        """;

    assertThatThrownBy(() -> image(text))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("tvm_warp_shuffle")
        .hasMessageContaining("kernel 'f'");
  }

  /** A kernel of so many loops, one after the other. */
  private static String sums(int loops) {
    StringBuilder text =
        new StringBuilder(
            """
            @T.prim_func
            def f(A: T.Buffer((64,), "float32"), C: T.Buffer((64,), "float32")):
                T.func_attr({"global_symbol": "f"})
                bx = T.launch_thread("blockIdx.x", 4)
            """);
    for (int i = 0; i < loops; i++) {
      text.append("    for i%d in range(16):\n".formatted(i));
      text.append("        C[bx * 16 + i%d] = A[bx * 16 + i%d] * T.float32(2)\n".formatted(i, i));
    }
    return text.toString();
  }

  private static ProgramImage image(String text) {
    PrimFunc function = TvmScript.parseFunction(text);
    KernelPlan plan = Lowering.lower(function, JVM);
    return JvmCodegen.generate(List.of(plan)).image();
  }
}
