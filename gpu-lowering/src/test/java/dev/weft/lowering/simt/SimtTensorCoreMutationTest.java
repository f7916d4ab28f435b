package dev.weft.lowering.simt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.rules.DefaultSchedules;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A product on tensor cores with one thing broken is found out: a barrier, wait or commit left out,
 * the permutation of one access to shared memory forgotten, one fragment's register off.
 */
class SimtTensorCoreMutationTest {
  /** A product and the kernel that it becomes. */
  private record Case(PrimFunc product, PrimFunc kernel, int m, int n, int k) {
    static Case of(String target, DType dtype, int m, int n, int k) {
      PrimFunc product =
          TvmScript.parseFunction(
              """
              @T.prim_func
              def matmul(A: T.Buffer((%1$d, %3$d), "%4$s"), B: T.Buffer((%3$d, %2$d), "%4$s"),
                         C: T.Buffer((%1$d, %2$d), "float32")):
                  for i, j, k in T.grid(%1$d, %2$d, %3$d):
                      with T.block("C"):
                          vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                          with T.init():
                              C[vi, vj] = T.float32(0)
                          C[vi, vj] = C[vi, vj] + T.cast(A[vi, vk], "float32") \
              * T.cast(B[vk, vj], "float32")
              """
                  .formatted(m, n, k, dtype));
      Target parsed = Target.parse(target);
      PrimFunc scheduled = DefaultSchedules.apply(product, parsed);
      return new Case(
          product, Lowering.lower(scheduled, parsed).launches().getFirst().kernel(), m, n, k);
    }

    private Tensor[] operands() {
      DType dtype = product.paramBuffers().getFirst().dtype();
      Tensor a = Tensor.allocate(dtype, m, k);
      Tensor b = Tensor.allocate(dtype, k, n);
      for (int i = 0; i < m * k; i++) {
        a.setDouble(i, i * 7 % 23 - 11);
      }
      for (int i = 0; i < k * n; i++) {
        b.setDouble(i, i * 5 % 19 - 9);
      }
      return new Tensor[] {a, b, Tensor.allocate(DType.FLOAT32, m, n)};
    }

    /** Findings; if there are none, whether the result is another one. */
    List<String> problems(PrimFunc mutant) {
      Tensor[] actual = operands();
      SimtReport report = SimtRun.run(mutant, actual);
      List<String> problems =
          new ArrayList<>(report.findings().stream().map(Finding::toString).toList());
      if (problems.isEmpty()) {
        Tensor[] expected = operands();
        Interpreter.run(product, List.of(expected));
        for (int i = 0; i < m * n && problems.isEmpty(); i++) {
          if (actual[2].getDouble(i) != expected[2].getDouble(i)) {
            problems.add("element " + i + " differs");
          }
        }
      }
      return problems;
    }
  }

  private static final Case WARPS = Case.of("cuda:sm_80 -cores=1", DType.FLOAT16, 64, 64, 96);
  private static final Case GROUPS = Case.of("cuda:sm_90a -cores=1", DType.FLOAT16, 64, 64, 512);

  /** On the threads' own units: {@code matmul-gpu}. */
  private static final Case THREADS = Case.of("cuda:sm_80", DType.FLOAT32, 32, 32, 96);

  /** What is broken, one occurrence at a time. */
  enum Defect {
    NO_BARRIER(Intrinsic.STORAGE_SYNC),
    NO_WAIT(Intrinsic.PTX_WAIT_GROUP),
    NO_COMMIT(Intrinsic.PTX_COMMIT_GROUP),
    NO_COPY(Intrinsic.PTX_CP_ASYNC),
    NOT_PERMUTED(Intrinsic.BITWISE_XOR),
    NO_FRAGMENT(Intrinsic.PTX_LDMATRIX),
    OTHER_REGISTER(Intrinsic.PTX_MMA),
    NO_PROXY_FENCE(Intrinsic.ASYNC_PROXY_FENCE),
    NO_GROUP_COMMIT(Intrinsic.PTX_WGMMA_COMMIT),
    NO_GROUP_WAIT(Intrinsic.PTX_WGMMA_WAIT),
    OTHER_TERMS(Intrinsic.PTX_WGMMA);

    private final Intrinsic intrinsic;

    Defect(Intrinsic intrinsic) {
      this.intrinsic = intrinsic;
    }

    private Expr broken(Expr.Call call) {
      return switch (this) {
        case NO_BARRIER,
            NO_WAIT,
            NO_COMMIT,
            NO_COPY,
            NO_FRAGMENT,
            NO_PROXY_FENCE,
            NO_GROUP_COMMIT,
            NO_GROUP_WAIT ->
            Expr.int32(0);
        case OTHER_TERMS -> {
          // The right factor's next step.
          List<Expr> args = new ArrayList<>(call.args());
          args.set(8, Expr.add(args.get(8), 16 * 64));
          yield new Expr.Call(call.dtype(), call.callee(), args);
        }
        case NOT_PERMUTED -> call.args().getFirst();
        case OTHER_REGISTER -> {
          // Another fragment of the left factor.
          List<Expr> args = new ArrayList<>(call.args());
          args.set(7, Expr.int32(args.get(7).isConst(0) ? 8 : 0));
          yield new Expr.Call(call.dtype(), call.callee(), args);
        }
      };
    }

    /** The kernel with occurrence {@code which} broken; the same kernel if there are fewer. */
    PrimFunc in(PrimFunc kernel, int which) {
      int[] seen = {0};
      IrRewriter rewriter =
          new IrRewriter() {
            @Override
            public Expr expr(Expr node) {
              Expr mapped = super.expr(node);
              return mapped instanceof Expr.Call call && call.is(intrinsic) && seen[0]++ == which
                  ? broken(call)
                  : mapped;
            }
          };
      PrimFunc mutant = kernel.withBody(rewriter.stmt(kernel.body()));
      return seen[0] > which ? mutant : kernel;
    }
  }

  @Test
  void theKernelsAreSound() {
    assertThat(WARPS.problems(WARPS.kernel)).isEmpty();
    assertThat(GROUPS.problems(GROUPS.kernel)).isEmpty();
    assertThat(THREADS.problems(THREADS.kernel)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "NO_BARRIER",
        "NO_WAIT",
        "NO_COMMIT",
        "NO_COPY",
        "NOT_PERMUTED",
        "NO_FRAGMENT",
        "OTHER_REGISTER"
      })
  void oneDefectOfWarpsIsFound(Defect defect) {
    assertFound(WARPS, defect, 12);
  }

  @ParameterizedTest
  @EnumSource(names = {"NO_BARRIER", "NO_WAIT", "NO_COMMIT", "NO_COPY", "NOT_PERMUTED"})
  void oneDefectOfThreadsIsFound(Defect defect) {
    assertFound(THREADS, defect, 6);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "NO_BARRIER",
        "NO_WAIT",
        "NO_COPY",
        "NOT_PERMUTED",
        "NO_PROXY_FENCE",
        "NO_GROUP_COMMIT",
        "NO_GROUP_WAIT",
        "OTHER_TERMS"
      })
  void oneDefectOfWarpGroupsIsFound(Defect defect) {
    // Behind the loop nothing is overwritten any more, so the next group's would do there.
    boolean once = defect == Defect.NO_GROUP_COMMIT || defect == Defect.NO_GROUP_WAIT;
    assertFound(GROUPS, defect, once ? 1 : 3);
  }

  /** Every occurrence of what there are few of; the first ones of the rest. */
  private static void assertFound(Case test, Defect defect, int most) {
    assertThat(defect.in(test.kernel, 0)).isNotSameAs(test.kernel);
    for (int i = 0; i < most; i++) {
      PrimFunc mutant = defect.in(test.kernel, i);
      if (mutant != test.kernel) {
        assertThat(test.problems(mutant))
            .as(() -> defect + " in " + TvmScript.print(mutant))
            .isNotEmpty();
      }
    }
  }
}
