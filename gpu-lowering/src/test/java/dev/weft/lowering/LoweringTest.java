package dev.weft.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoweringTest {
  private static final Target GPU = Target.opencl();

  /** What a kernel allocates, by name, in elements. */
  private static Map<String, Long> allocations(Stmt body) {
    Map<String, Long> result = new LinkedHashMap<>();
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Allocate a && a.extents().get(0) instanceof Expr.IntImm size) {
          result.put(a.data().name(), size.value());
        }
        super.stmt(node);
      }
    }.stmt(body);
    return result;
  }

  private static int barriers(Stmt body) {
    int[] count = {0};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Call call && call.is(Intrinsic.STORAGE_SYNC)) {
          count[0]++;
        }
        super.expr(node);
      }
    }.stmt(body);
    return count[0];
  }

  @Test
  void elementwiseBecomesOneGuardedKernel() {
    KernelPlan plan = Lowering.lower(ScheduledFunctions.vectorAdd(1000, DType.FLOAT32), GPU);
    assertThat(plan.launches()).hasSize(1);
    Launch launch = plan.launches().get(0);
    assertThat(launch.geometry().grid().get(0)).isEqualTo(IntExpr.of(8));
    assertThat(launch.geometry().block().get(0)).isEqualTo(IntExpr.of(128));
    assertThat(launch.kernelName()).isEqualTo("vector_add");
    assertThat(plan.workspaces()).isEmpty();
    boolean[] guarded = {false};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        guarded[0] |= node instanceof Stmt.If;
        super.stmt(node);
      }
    }.stmt(launch.kernel().body());
    assertThat(guarded[0]).as("the last block is partly idle").isTrue();
  }

  @Test
  void symbolicSizesAreArguments() {
    Launch launch = Lowering.lower(ScheduledFunctions.symbolicAdd(), GPU).launches().get(0);
    assertThat(launch.geometry().grid().get(0).evaluate(Map.of("n", 1000L))).isEqualTo(16);
    assertThat(launch.arguments())
        .containsExactly(
            new LaunchArgument.FunctionBuffer(0),
            new LaunchArgument.FunctionBuffer(1),
            new LaunchArgument.FunctionBuffer(2),
            new LaunchArgument.Size(IntExpr.symbol("n")));
  }

  @Test
  void sharedStageHoldsWhatTheBlockUsesAndOneBarrierSeparatesFillAndUse() {
    Stmt body =
        Lowering.lower(ScheduledFunctions.windowSum(), GPU).launches().get(0).kernel().body();
    assertThat(allocations(body)).containsExactly(Map.entry("A_shared", 130L));
    assertThat(barriers(body)).isEqualTo(1);
  }

  @Test
  void blockedMatmulNeedsTwoBarriersAStepAndASmallTile() {
    Stmt body =
        Lowering.lower(ScheduledFunctions.blockedMatmul(1024, DType.FLOAT32), GPU)
            .launches()
            .get(0)
            .kernel()
            .body();
    assertThat(allocations(body))
        .containsOnly(
            Map.entry("A_shared", 512L), Map.entry("B_shared", 512L), Map.entry("C_local", 64L));
    assertThat(barriers(body)).isEqualTo(2);
  }

  @Test
  void everyPassIsTracedInOrder() {
    List<String> names = new ArrayList<>();
    Lowering.lower(
        ScheduledFunctions.windowSum(), GPU, (number, pass, after, time) -> names.add(pass));
    assertThat(names).startsWith("scheduled").hasSize(Lowering.PASSES.size() + 1);
    assertThat(names).doesNotHaveDuplicates();
  }

  @Test
  void refusesWhatNobodyScheduled() {
    Buffer c = Buffer.of("C", DType.FLOAT32, 16);
    Var i = Var.int32("i");
    Stmt loop = Stmt.For.serial(i, Expr.int32(16), new Stmt.Store(c, Expr.float32(1), List.of(i)));
    PrimFunc function = ScheduledFunctions.function("fill", List.of(c), List.of(), loop);
    assertThatThrownBy(() -> Lowering.lower(function, GPU))
        .isInstanceOf(LoweringException.class)
        .hasMessageContaining("fill")
        .hasMessageContaining("not bound to threads")
        .hasMessageContaining("schedule");
  }

  @Test
  void refusesMoreThreadsThanTheTargetHas() {
    Buffer c = Buffer.of("C", DType.FLOAT32, 2048);
    Var i = Var.int32("i");
    Stmt loop =
        ScheduledFunctions.bound(
            i, 2048, ThreadTag.THREAD_IDX_X, new Stmt.Store(c, Expr.float32(1), List.of(i)));
    PrimFunc function = ScheduledFunctions.function("fill", List.of(c), List.of(), loop);
    assertThatThrownBy(() -> Lowering.lower(function, GPU))
        .hasMessageContaining("2048 threads")
        .hasMessageContaining("256");
  }

  @Test
  void intermediatesBetweenKernelsBecomeWorkspaces() {
    Buffer a = Buffer.of("A", DType.FLOAT32, 128);
    Buffer t = a.inScope(Scope.GLOBAL, "T");
    Buffer c = Buffer.of("C", DType.FLOAT32, 128);
    Var i = Var.int32("i");
    Var j = Var.int32("j");
    Stmt first =
        ScheduledFunctions.bound(
            i,
            128,
            ThreadTag.THREAD_IDX_X,
            new Stmt.Store(t, Expr.add(a.at(i), a.at(i)), List.of(i)));
    Stmt second =
        ScheduledFunctions.bound(
            j,
            128,
            ThreadTag.THREAD_IDX_X,
            new Stmt.Store(c, t.at(Expr.sub(Expr.int32(127), j)), List.of(j)));
    PrimFunc function =
        ScheduledFunctions.function("reverse", List.of(a, c), List.of(t), Stmt.seq(first, second));
    KernelPlan plan = Lowering.lower(function, GPU);
    assertThat(plan.workspaces())
        .containsExactly(new Workspace("T", DType.FLOAT32, IntExpr.of(128)));
    assertThat(plan.launches())
        .extracting(Launch::kernelName)
        .containsExactly("reverse_0", "reverse_1");
    assertThat(plan.launches().get(1).arguments())
        .containsExactly(
            new LaunchArgument.FunctionBuffer(1), new LaunchArgument.WorkspaceBuffer(0));
  }

  @Test
  void refusesReductionsOverThreadBlocks() {
    Buffer a = Buffer.of("A", DType.FLOAT32, 64);
    Buffer c = Buffer.of("C", DType.FLOAT32, 1);
    Var k = Var.int32("k");
    Var vk = Var.int32("vk");
    Expr zero = Expr.int32(0);
    Stmt block =
        ScheduledFunctions.block(
            "C",
            List.of(IterVar.reduce(Expr.int32(64), vk)),
            List.of(k),
            Expr.bool(true),
            new Stmt.Store(c, Expr.float32(0), List.of(zero)),
            new Stmt.Store(c, Expr.add(c.at(zero), a.at(vk)), List.of(zero)));
    Stmt loop = ScheduledFunctions.bound(k, 64, ThreadTag.BLOCK_IDX_X, block);
    PrimFunc function = ScheduledFunctions.function("total", List.of(a, c), List.of(), loop);
    assertThatThrownBy(() -> Lowering.lower(function, GPU))
        .hasMessageContaining("block 'C'")
        .hasMessageContaining("blockIdx.x")
        .hasMessageContaining("rfactor");
  }

  @Test
  void noBarrierWhereEachThreadReadsWhatItWrote() {
    Buffer a = Buffer.of("A", DType.FLOAT32, 64);
    Buffer c = Buffer.of("C", DType.FLOAT32, 64);
    Buffer stage = a.inScope(Scope.SHARED, "S");
    Var t = Var.int32("t");
    Stmt body =
        Stmt.seq(
            new Stmt.Store(stage, a.at(t), List.of(t)), new Stmt.Store(c, stage.at(t), List.of(t)));
    PrimFunc function =
        ScheduledFunctions.function(
            "own",
            List.of(a, c),
            List.of(stage),
            ScheduledFunctions.bound(t, 64, ThreadTag.THREAD_IDX_X, body));
    Stmt kernel = Lowering.lower(function, GPU).launches().get(0).kernel().body();
    assertThat(barriers(kernel)).isZero();
  }
}
