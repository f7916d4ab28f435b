package dev.weft.codegen.cuda;

import static dev.weft.codegen.c.testing.DeviceKernels.BLOCK;
import static dev.weft.codegen.c.testing.DeviceKernels.THREAD;
import static dev.weft.codegen.c.testing.DeviceKernels.allocate;
import static dev.weft.codegen.c.testing.DeviceKernels.barrier;
import static dev.weft.codegen.c.testing.DeviceKernels.buffer;
import static dev.weft.codegen.c.testing.DeviceKernels.in;
import static dev.weft.codegen.c.testing.DeviceKernels.ramp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.codegen.c.CodegenException;
import dev.weft.codegen.c.testing.DeviceKernels;
import dev.weft.codegen.c.testing.Golden;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.runtime.ProgramFormat;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

class CudaCodegenTest {
  private static final Target TARGET = Target.parse("cuda:sm_80");
  private static final Expr POSITION = Expr.add(Expr.mul(BLOCK, 128), THREAD);

  @Test
  void vectorAdd() {
    Buffer a = buffer("A", DType.FLOAT32, 1024);
    Buffer b = buffer("B", DType.FLOAT32, 1024);
    Buffer c = buffer("C", DType.FLOAT32, 1024);
    Stmt body = new Stmt.Store(c, Expr.add(a.at(POSITION), b.at(POSITION)), List.of(POSITION));
    GeneratedProgram program = generate(plan("vector_add", 8, 128, List.of(a, b, c), body));

    Golden.check("vector_add.cu", program.image().text());
    assertThat(program.image().format()).isEqualTo(ProgramFormat.CUDA_C);
    assertThat(program.image().architecture()).isEqualTo("sm_80");
  }

  @Test
  void vectorsAreLoadedWhole() {
    Buffer a = buffer("A", DType.FLOAT32, 4096);
    Buffer c = buffer("C", DType.FLOAT32, 4096);
    Expr lanes = ramp(Expr.mul(POSITION, 4), 4);
    Expr x = new Expr.Load(a, List.of(lanes));
    Expr exp = Expr.Call.of(DType.FLOAT32.withLanes(4), Intrinsic.EXP, x);
    Expr relu = new Expr.Binary(BinaryOp.MAX, exp, new Expr.Broadcast(Expr.float32(0), 4));
    Stmt body = new Stmt.Store(c, relu, List.of(lanes));

    golden("vectors.cu", plan("relu4", 8, 128, List.of(a, c), body));
  }

  @Test
  void halvesHaveArithmetic() {
    Buffer a = buffer("A", DType.FLOAT16, 8192);
    Buffer b = buffer("B", DType.FLOAT16, 8192);
    Expr lanes = ramp(Expr.mul(POSITION, 8), 8);
    Expr x = new Expr.Load(a, List.of(lanes));
    Expr half = new Expr.Broadcast(new Expr.FloatImm(DType.FLOAT16, 0.5), 8);
    Stmt body = new Stmt.Store(b, Expr.add(Expr.mul(x, half), x), List.of(lanes));

    golden("float16.cu", plan("halves", 8, 128, List.of(a, b), body));
  }

  @Test
  void narrowFloatsConvert() {
    Buffer a = buffer("A", DType.FLOAT8_E4M3, 1024);
    Buffer b = buffer("B", DType.BFLOAT16, 1024);
    Expr x = Expr.cast(DType.BFLOAT16, a.at(POSITION));
    Stmt body =
        new Stmt.Store(b, Expr.mul(x, new Expr.FloatImm(DType.BFLOAT16, 3)), List.of(POSITION));

    golden("narrow.cu", plan("scaled", 8, 128, List.of(a, b), body));
  }

  @Test
  void integersWrapAndDivideAsTheContractSays() {
    Buffer a = buffer("A", DType.INT32, 1024);
    Buffer f = buffer("F", DType.FLOAT32, 1024);
    Buffer b = buffer("B", DType.INT64, 1024);
    Expr x = a.at(POSITION);
    Expr value =
        Expr.add(
            Expr.floorDiv(Expr.mul(x, 3), Expr.sub(x, 5)),
            Expr.Call.of(DType.INT32, Intrinsic.SHIFT_LEFT, x, Expr.int32(3)));
    Expr sum = Expr.add(Expr.cast(DType.INT64, value), Expr.cast(DType.INT64, f.at(POSITION)));
    Stmt body = new Stmt.Store(b, sum, List.of(POSITION));

    golden("integers.cu", plan("integers", 8, 128, List.of(a, f, b), body));
  }

  @Test
  void vectorsDivideAndShiftLaneByLane() {
    Buffer a = buffer("A", DType.INT32, 4096);
    Buffer c = buffer("C", DType.INT32, 4096);
    Expr lanes = ramp(Expr.mul(POSITION, 4), 4);
    Expr x = new Expr.Load(a, List.of(lanes));
    Expr y = new Expr.Load(c, List.of(lanes));
    Expr quotient = new Expr.Binary(BinaryOp.FLOOR_DIV, x, y);
    Expr shifted = Expr.Call.of(x.dtype(), Intrinsic.SHIFT_LEFT, quotient, y);
    Expr power = Expr.Call.of(x.dtype(), Intrinsic.POW, shifted, x);
    Expr rest = new Expr.Binary(BinaryOp.MOD, power, new Expr.Broadcast(Expr.int32(3), 4));
    Stmt body = new Stmt.Store(c, rest, List.of(lanes));

    golden("vector_integers.cu", plan("vector_integers", 8, 128, List.of(a, c), body));
  }

  @Test
  void remaindersOfFloatsAreExact() {
    Buffer a = buffer("A", DType.FLOAT32, 1024);
    Buffer b = buffer("B", DType.BFLOAT16, 1024);
    Expr x = a.at(POSITION);
    Expr y = b.at(POSITION);
    Stmt body =
        Stmt.seq(
            new Stmt.Store(a, Expr.floorMod(x, Expr.float32(0.3)), List.of(POSITION)),
            new Stmt.Store(b, Expr.floorMod(y, y), List.of(POSITION)));

    golden("remainders.cu", plan("remainders", 8, 128, List.of(a, b), body));
  }

  @Test
  void sharedMemoryAndBarriers() {
    golden("shared.cu", reversed(128));
  }

  @Test
  void moreSharedMemoryThanDeclaredIsAskedForAtTheLaunch() {
    golden("dynamic_shared.cu", reversed(20000));
  }

  private static KernelPlan reversed(long elements) {
    Buffer a = buffer("A", DType.FLOAT32, 1024);
    Buffer out = buffer("B", DType.FLOAT32, 1024);
    Buffer stage = in(Scope.SHARED, "A_shared", DType.FLOAT32, elements);
    Buffer flags = in(Scope.SHARED, "flags", DType.INT8, 33);
    Stmt body =
        allocate(
            stage,
            allocate(
                flags,
                Stmt.seq(
                    new Stmt.Store(stage, a.at(POSITION), List.of(THREAD)),
                    barrier(),
                    new Stmt.Store(
                        out, stage.at(Expr.sub(Expr.int32(127), THREAD)), List.of(POSITION)))));
    return plan("reversed", 8, 128, List.of(a, out), body);
  }

  @Test
  void threadsShuffleAndAdd() {
    Buffer a = buffer("A", DType.FLOAT32, 1024);
    Buffer out = buffer("B", DType.FLOAT32, 1);
    Buffer sum = in(Scope.LOCAL, "sum", DType.FLOAT32, 1);
    Expr zero = Expr.int32(0);
    Expr other =
        Expr.Call.of(
            DType.FLOAT32,
            Intrinsic.WARP_SHUFFLE_DOWN,
            Expr.imm(DType.UINT32, 0xffffffffL),
            sum.at(zero),
            Expr.int32(16),
            Expr.int32(32),
            Expr.int32(32));
    Expr address = Expr.Call.of(DType.HANDLE, Intrinsic.ADDRESS_OF, out.at(zero));
    Stmt body =
        allocate(
            sum,
            Stmt.seq(
                new Stmt.Store(sum, a.at(POSITION), List.of(zero)),
                new Stmt.Store(sum, Expr.add(sum.at(zero), other), List.of(zero)),
                new Stmt.Evaluate(
                    Expr.Call.of(DType.FLOAT32, Intrinsic.ATOMIC_ADD, address, sum.at(zero)))));

    golden("warp.cu", plan("sum", 8, 128, List.of(a, out), body));
  }

  @Test
  void copiesRunBesideTheThreads() {
    Buffer a = buffer("A", DType.FLOAT32, 4096);
    Buffer out = buffer("B", DType.FLOAT32, 4096);
    Buffer stage = in(Scope.SHARED, "A_shared", DType.FLOAT32, 512);
    Expr lanes = ramp(Expr.mul(POSITION, 4), 4);
    Expr own = Expr.mul(THREAD, 4);
    Stmt body =
        allocate(
            stage,
            Stmt.seq(
                evaluate(
                    Intrinsic.PTX_CP_ASYNC,
                    stage.data(),
                    own,
                    a.data(),
                    Expr.mul(POSITION, 4),
                    Expr.int32(16),
                    Expr.lt(POSITION, Expr.int32(1000))),
                evaluate(Intrinsic.PTX_COMMIT_GROUP),
                evaluate(Intrinsic.PTX_WAIT_GROUP, Expr.int32(0)),
                barrier(),
                new Stmt.Store(out, new Expr.Load(stage, List.of(ramp(own, 4))), List.of(lanes))));

    golden("async.cu", plan("copy", 8, 128, List.of(a, out), body));
  }

  private static Stmt evaluate(Intrinsic intrinsic, Expr... args) {
    return new Stmt.Evaluate(Expr.Call.of(DType.INT32, intrinsic, args));
  }

  @Test
  void copiesOfOddSizesAreRefused() {
    Buffer a = buffer("A", DType.FLOAT32, 4096);
    Buffer stage = in(Scope.SHARED, "A_shared", DType.FLOAT32, 512);
    Stmt copy =
        evaluate(Intrinsic.PTX_CP_ASYNC, stage.data(), THREAD, a.data(), POSITION, Expr.int32(12));
    Stmt body =
        allocate(stage, Stmt.seq(copy, new Stmt.Store(a, stage.at(THREAD), List.of(POSITION))));

    assertThatThrownBy(() -> generate(plan("k", 8, 128, List.of(a), body)))
        .isInstanceOf(CodegenException.class)
        .hasMessageContaining("12 bytes");
  }

  @Test
  void symbolicSizesAreScalars() {
    Var n = Var.int32("n");
    Buffer a = Buffer.of("A", DType.FLOAT32, Scope.GLOBAL, List.of(n));
    Buffer b = Buffer.of("half", DType.FLOAT32, Scope.GLOBAL, List.of(n));
    Expr value = Expr.Call.of(DType.FLOAT32, Intrinsic.EXP, a.at(POSITION));
    Stmt body =
        new Stmt.If(Expr.lt(POSITION, n), new Stmt.Store(b, value, List.of(POSITION)), null);

    golden("symbolic.cu", DeviceKernels.plan("exp_n", 8, 128, List.of(a, b), List.of(n), body));
  }

  @Test
  void theSameKernelsGiveTheSameText() {
    String first = generate(reversed(128)).image().text();

    assertThat(generate(reversed(128)).image().text()).isEqualTo(first);
  }

  private static KernelPlan plan(
      String name, long blocks, long threads, List<Buffer> params, Stmt body) {
    return DeviceKernels.plan(name, blocks, threads, params, List.of(), body);
  }

  private static void golden(String file, KernelPlan plan) {
    Golden.check(file, generate(plan).image().text());
  }

  private static GeneratedProgram generate(KernelPlan plan) {
    return CudaCodegen.generate(List.of(plan), TARGET);
  }
}
