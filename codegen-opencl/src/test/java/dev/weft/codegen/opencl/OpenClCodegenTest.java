package dev.weft.codegen.opencl;

import static dev.weft.codegen.c.testing.DeviceKernels.BLOCK;
import static dev.weft.codegen.c.testing.DeviceKernels.THREAD;
import static dev.weft.codegen.c.testing.DeviceKernels.allocate;
import static dev.weft.codegen.c.testing.DeviceKernels.barrier;
import static dev.weft.codegen.c.testing.DeviceKernels.buffer;
import static dev.weft.codegen.c.testing.DeviceKernels.in;
import static dev.weft.codegen.c.testing.DeviceKernels.plan;
import static dev.weft.codegen.c.testing.DeviceKernels.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.codegen.c.CodegenException;
import dev.weft.codegen.c.testing.Golden;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.StreamingStores;
import dev.weft.runtime.KernelParam;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenClCodegenTest {
  private static final Expr POSITION = Expr.add(Expr.mul(BLOCK, 128), THREAD);

  @Test
  void vectorAdd() {
    Golden.check("vector_add.cl", generate(vectorAddPlan("vector_add")).image().text());
  }

  private static KernelPlan vectorAddPlan(String name) {
    Buffer a = buffer("A", DType.FLOAT32, 1024);
    Buffer b = buffer("B", DType.FLOAT32, 1024);
    Buffer c = buffer("C", DType.FLOAT32, 1024);
    Stmt body = new Stmt.Store(c, Expr.add(a.at(POSITION), b.at(POSITION)), List.of(POSITION));
    return plan(name, 8, 128, List.of(a, b, c), List.of(), body);
  }

  @Test
  void paramsSayWhatIsReadAndWritten() {
    GeneratedProgram program = generate(vectorAddPlan("vector_add"));

    assertThat(program.image().kernel("vector_add").params())
        .containsExactly(
            new KernelParam.Buffer("A", DType.FLOAT32, KernelParam.Access.READ),
            new KernelParam.Buffer("B", DType.FLOAT32, KernelParam.Access.READ),
            new KernelParam.Buffer("C", DType.FLOAT32, KernelParam.Access.WRITE));
  }

  @Test
  void kernelsThatAreAlikeAreWrittenOnce() {
    KernelPlan first = vectorAddPlan("first");
    KernelPlan second = vectorAddPlan("second");

    GeneratedProgram program = OpenClCodegen.generate(List.of(first, second), Target.openclCpu());

    assertThat(program.image().kernels()).hasSize(1);
    assertThat(program.kernelName(second.launches().get(0).kernel())).isEqualTo("first");
  }

  @Test
  void sharedMemoryAndBarriers() {
    Buffer a = buffer("A", DType.FLOAT32, 1027);
    Buffer out = buffer("B", DType.FLOAT32, 1024);
    Buffer stage = in(Scope.SHARED, "A_shared", DType.FLOAT32, 130);
    Var ax = Var.int32("ax0_0");
    Expr staged = Expr.add(Expr.mul(ax, 128), THREAD);
    Stmt copy =
        Stmt.For.serial(
            ax,
            Expr.int32(2),
            new Stmt.If(
                Expr.lt(staged, Expr.int32(130)),
                new Stmt.Store(
                    stage, a.at(Expr.add(Expr.mul(BLOCK, 128), staged)), List.of(staged)),
                null));
    Expr sum =
        Expr.add(
            Expr.add(stage.at(THREAD), stage.at(Expr.add(THREAD, 1))),
            stage.at(Expr.add(THREAD, 2)));
    Stmt body =
        allocate(stage, Stmt.seq(copy, barrier(), new Stmt.Store(out, sum, List.of(POSITION))));
    Golden.check(
        "window_sum.cl",
        generate(plan("window_sum", 8, 128, List.of(a, out), List.of(), body)).image().text());
  }

  @Test
  void vectorsInRegisters() {
    Buffer a = buffer("A", DType.FLOAT32, 64);
    Buffer b = buffer("B", DType.FLOAT32, 512);
    Buffer c = buffer("C", DType.FLOAT32, 8);
    Buffer acc = in(Scope.LOCAL, "C_local", DType.FLOAT32, 8);
    Var k = Var.int32("k");
    Expr zero = new Expr.Broadcast(Expr.float32(0), 8);
    Expr lanes = ramp(Expr.int32(0), 8);
    Expr.Load sum = new Expr.Load(acc, List.of(lanes));
    Stmt update =
        new Stmt.Store(
            acc,
            Expr.add(
                sum,
                Expr.mul(
                    new Expr.Broadcast(a.at(k), 8),
                    new Expr.Load(b, List.of(ramp(Expr.mul(k, 8), 8))))),
            List.of(lanes));
    Expr relu = new Expr.Binary(BinaryOp.MAX, sum, zero);
    Stmt body =
        allocate(
            acc,
            Stmt.seq(
                new Stmt.Store(acc, zero, List.of(lanes)),
                Stmt.For.serial(k, Expr.int32(64), update),
                new Stmt.Store(c, relu, List.of(lanes))));
    Golden.check(
        "register_row.cl",
        generate(plan("register_row", 1, 1, List.of(a, b, c), List.of(), body)).image().text());
  }

  /** Only what lies at a multiple of a vector can be written in one piece. */
  @Test
  void alignedVectorsOfAnnotatedLoopsGoPastTheCaches() {
    assertThat(streamed(8, 0)).contains("WEFT_STREAM(float8, ").doesNotContain("vstore8");
    assertThat(streamed(8, 4)).contains("vstore8").doesNotContain("WEFT_STREAM");
    assertThat(streamed(12, 0)).contains("vstore8").doesNotContain("WEFT_STREAM");
  }

  private static String streamed(int step, int offset) {
    Buffer a = buffer("A", DType.FLOAT32, 256);
    Buffer b = buffer("B", DType.FLOAT32, 256);
    Var i = Var.int32("i");
    Expr lanes = ramp(Expr.add(Expr.mul(i, step), offset), 8);
    Stmt store = new Stmt.Store(b, new Expr.Load(a, List.of(lanes)), List.of(lanes));
    Stmt loop =
        new Stmt.For(
            i,
            Expr.int32(0),
            Expr.int32(16),
            ForKind.SERIAL,
            null,
            Map.of(StreamingStores.KEY, Expr.int32(1)),
            store);
    return generate(plan("streamed", 1, 1, List.of(a, b), List.of(), loop)).image().text();
  }

  @Test
  void halfIsStoredNarrowAndComputedWide() {
    Buffer a = buffer("A", DType.FLOAT16, 1024);
    Buffer b = buffer("B", DType.FLOAT16, 1024);
    Expr wide = Expr.cast(DType.FLOAT32, a.at(POSITION));
    Stmt body =
        new Stmt.Store(
            b, Expr.cast(DType.FLOAT16, Expr.mul(wide, Expr.float32(0.5))), List.of(POSITION));
    Golden.check(
        "half.cl",
        generate(plan("half_it", 8, 128, List.of(a, b), List.of(), body)).image().text());
  }

  @Test
  void integersWrapAndDivideAsTheContractSays() {
    Buffer a = buffer("A", DType.INT32, 1024);
    Buffer b = buffer("B", DType.INT32, 1024);
    Expr x = a.at(POSITION);
    Expr value =
        Expr.add(
            Expr.floorDiv(Expr.mul(x, 3), Expr.sub(x, 5)),
            Expr.Call.of(DType.INT32, Intrinsic.SHIFT_LEFT, x, Expr.int32(3)));
    Expr byConstant =
        Expr.add(Expr.floorDiv(x, Expr.int32(-3)), new Expr.Binary(BinaryOp.MOD, x, Expr.int32(7)));
    Stmt body =
        Stmt.seq(
            new Stmt.Store(b, value, List.of(POSITION)),
            new Stmt.Store(b, byConstant, List.of(POSITION)),
            new Stmt.Store(b, new Expr.Binary(BinaryOp.DIV, x, Expr.mul(x, x)), List.of(POSITION)));
    Golden.check(
        "integers.cl",
        generate(plan("integers", 8, 128, List.of(a, b), List.of(), body)).image().text());
  }

  @Test
  void vectorsDivideAndShiftAsTheContractSays() {
    Expr lanes = ramp(Expr.mul(POSITION, 8), 8);
    Buffer a = buffer("A", DType.INT32, 8192);
    Buffer b = buffer("B", DType.INT32, 8192);
    Buffer c = buffer("C", DType.INT32, 8192);
    Expr x = new Expr.Load(a, List.of(lanes));
    Expr y = new Expr.Load(b, List.of(lanes));
    DType vector = x.dtype();
    Expr three = new Expr.Broadcast(Expr.int32(3), 8);
    Expr quotient = new Expr.Binary(BinaryOp.FLOOR_DIV, x, y);
    Expr remainder = new Expr.Binary(BinaryOp.FLOOR_MOD, x, three);
    Stmt body =
        Stmt.seq(
            new Stmt.Store(c, new Expr.Binary(BinaryOp.MAX, quotient, remainder), List.of(lanes)),
            new Stmt.Store(c, new Expr.Binary(BinaryOp.DIV, x, y), List.of(lanes)),
            new Stmt.Store(c, new Expr.Binary(BinaryOp.MOD, x, three), List.of(lanes)),
            shifted(c, Intrinsic.SHIFT_LEFT, vector, x, three, lanes),
            shifted(c, Intrinsic.SHIFT_RIGHT, vector, x, three, lanes),
            shifted(c, Intrinsic.SHIFT_LEFT, vector, x, y, lanes),
            shifted(c, Intrinsic.SHIFT_RIGHT, vector, x, y, lanes));
    Golden.check(
        "vector_integers.cl",
        generate(plan("vector_integers", 8, 128, List.of(a, b, c), List.of(), body))
            .image()
            .text());
  }

  @Test
  void powersOfIntegersAreLoops() {
    Expr lanes = ramp(Expr.mul(POSITION, 4), 4);
    Buffer a = buffer("A", DType.INT64, 4096);
    Buffer b = buffer("B", DType.UINT8, 1024);
    Expr x = new Expr.Load(a, List.of(lanes));
    Stmt body =
        Stmt.seq(
            new Stmt.Store(
                a, new Expr.Call(x.dtype(), Intrinsic.POW, List.of(x, x)), List.of(lanes)),
            new Stmt.Store(
                b,
                Expr.Call.of(DType.UINT8, Intrinsic.POW, b.at(POSITION), a.at(POSITION)),
                List.of(POSITION)));
    Golden.check(
        "powers.cl",
        generate(plan("powers", 8, 128, List.of(a, b), List.of(), body)).image().text());
  }

  private static Stmt shifted(
      Buffer c, Intrinsic shift, DType vector, Expr x, Expr by, Expr lanes) {
    return new Stmt.Store(c, new Expr.Call(vector, shift, List.of(x, by)), List.of(lanes));
  }

  @Test
  void remaindersOfFloatsAreExact() {
    Buffer a = buffer("A", DType.FLOAT32, 1024);
    Buffer b = buffer("B", DType.FLOAT32, 1024);
    Expr lanes = ramp(Expr.mul(THREAD, 8), 8);
    Expr vector = new Expr.Load(a, List.of(lanes));
    Stmt body =
        Stmt.seq(
            new Stmt.Store(b, Expr.floorMod(a.at(POSITION), Expr.float32(0.3)), List.of(POSITION)),
            new Stmt.Store(
                b,
                new Expr.Binary(
                    BinaryOp.FLOOR_MOD, vector, new Expr.Broadcast(Expr.float32(0.3), 8)),
                List.of(lanes)));
    Golden.check(
        "remainders.cl",
        generate(plan("remainders", 8, 128, List.of(a, b), List.of(), body)).image().text());
  }

  @Test
  void symbolicSizesAreScalars() {
    Var n = Var.int32("n");
    Buffer a = Buffer.of("A", DType.FLOAT32, Scope.GLOBAL, List.of(n));
    Buffer b = Buffer.of("B", DType.FLOAT32, Scope.GLOBAL, List.of(n));
    Stmt body =
        new Stmt.If(
            Expr.lt(POSITION, n),
            new Stmt.Store(
                b, Expr.Call.of(DType.FLOAT32, Intrinsic.EXP, a.at(POSITION)), List.of(POSITION)),
            null);
    Golden.check(
        "symbolic.cl",
        generate(plan("exp_n", 8, 128, List.of(a, b), List.of(n), body)).image().text());
  }

  @Test
  void blocksAreRefused() {
    Buffer a = buffer("A", DType.FLOAT32, 4);
    Stmt.Block block =
        new Stmt.Block(
            "B",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            java.util.Map.of(),
            null,
            new Stmt.Store(a, Expr.float32(1), List.of(Expr.int32(0))));
    Stmt body = new Stmt.BlockRealize(List.of(), Expr.bool(true), block);

    assertThatThrownBy(() -> generate(plan("k", 1, 1, List.of(a), List.of(), body)))
        .isInstanceOf(CodegenException.class)
        .hasMessageContaining("block 'B'");
  }

  private static GeneratedProgram generate(KernelPlan plan) {
    return OpenClCodegen.generate(List.of(plan), Target.openclCpu());
  }
}
