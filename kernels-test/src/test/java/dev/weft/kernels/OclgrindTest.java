package dev.weft.kernels;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.compiler.Backend;
import dev.weft.compiler.CompiledFunction;
import dev.weft.compiler.DeviceTargets;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Lowering;
import dev.weft.runtime.Device;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** That Oclgrind notices what it is there for, and that {@link Oclgrind} passes it on. */
@Tag("devices")
final class OclgrindTest {
  @BeforeAll
  static void underOclgrind() {
    assumeTrue(Oclgrind.isRunning(), "runs under Oclgrind: ./dev test --oclgrind");
  }

  private static PrimFunc windowSum() {
    return WindowSum.withSharedStage(WindowSum.function(Expr.int32(100), 3, DType.FLOAT32), 32);
  }

  private static void run(PrimFunc scheduled, IrRewriter mutation, Tensor... tensors) {
    Device device = DeviceUnderTest.all().getFirst().open();
    Target target = DeviceTargets.of(device.info());
    PrimFunc lowered = Lowering.run(scheduled, target, (number, pass, after, time) -> {});
    PrimFunc mutant = lowered.withBody(mutation.stmt(lowered.body()));
    KernelPlan plan = Lowering.resume(scheduled, mutant, Lowering.PASSES.size(), target);
    var program = Backend.of(target).generate(List.of(plan), target);
    try (CompiledFunction compiled = CompiledFunction.load(plan, program, device)) {
      compiled.run(List.of(tensors));
    }
  }

  @Test
  void aMissingBarrierIsADataRace() {
    IrRewriter withoutBarriers =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            return node instanceof Stmt.Evaluate(Expr.Call call) && call.is(Intrinsic.STORAGE_SYNC)
                ? new Stmt.Evaluate(Expr.int32(0))
                : super.stmt(node);
          }
        };
    try (Tensor a = Tensor.allocate(DType.FLOAT32, 102);
        Tensor b = Tensor.allocate(DType.FLOAT32, 100)) {
      run(windowSum(), withoutBarriers, a, b);
    }
    assertThatThrownBy(Oclgrind::failOnFindings).hasMessageContaining("data race");
  }

  @Test
  void anIndexBehindTheEndIsAnInvalidAccess() {
    PrimFunc scheduled =
        TvmScript.parseFunction(
            """
            @T.prim_func
            def main(A: T.Buffer((64,), "float32"), B: T.Buffer((64,), "float32")):
                for i in T.thread_binding(64, thread="threadIdx.x"):
                    with T.block("B"):
                        vi = T.axis.spatial(64, i)
                        B[vi] = A[vi]
            """);
    IrRewriter oneOff =
        new IrRewriter() {
          @Override
          public Expr expr(Expr node) {
            return node instanceof Expr.Load(var buffer, var indices, var predicate)
                ? new Expr.Load(buffer, List.of(Expr.add(indices.get(0), 1)), predicate)
                : super.expr(node);
          }
        };
    try (Tensor a = Tensor.allocate(DType.FLOAT32, 64);
        Tensor b = Tensor.allocate(DType.FLOAT32, 64)) {
      run(scheduled, oneOff, a, b);
    }
    assertThatThrownBy(Oclgrind::failOnFindings).hasMessageContaining("Invalid read");
  }
}
