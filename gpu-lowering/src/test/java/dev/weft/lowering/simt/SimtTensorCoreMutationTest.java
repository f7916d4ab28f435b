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
  private static final Target TARGET = Target.parse("cuda:sm_80 -cores=1");

  private static final PrimFunc PRODUCT =
      TvmScript.parseFunction(
          """
          @T.prim_func
          def matmul(A: T.Buffer((64, 96), "float16"), B: T.Buffer((96, 64), "float16"),
                     C: T.Buffer((64, 64), "float32")):
              for i, j, k in T.grid(64, 64, 96):
                  with T.block("C"):
                      vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                      with T.init():
                          C[vi, vj] = T.float32(0)
                      C[vi, vj] = C[vi, vj] + T.cast(A[vi, vk], "float32") \
          * T.cast(B[vk, vj], "float32")
          """);

  private static final PrimFunc KERNEL =
      Lowering.lower(DefaultSchedules.apply(PRODUCT, TARGET), TARGET)
          .launches()
          .getFirst()
          .kernel();

  private static Tensor[] operands() {
    Tensor a = Tensor.allocate(DType.FLOAT16, 64, 96);
    Tensor b = Tensor.allocate(DType.FLOAT16, 96, 64);
    for (int i = 0; i < 64 * 96; i++) {
      a.setDouble(i, i * 7 % 23 - 11);
      b.setDouble(i, i * 5 % 19 - 9);
    }
    return new Tensor[] {a, b, Tensor.allocate(DType.FLOAT32, 64, 64)};
  }

  /** Findings; if there are none, whether the result is another one. */
  private static List<String> problems(PrimFunc kernel) {
    Tensor[] actual = operands();
    SimtReport report = SimtRun.run(kernel, actual);
    List<String> problems =
        new ArrayList<>(report.findings().stream().map(Finding::toString).toList());
    Tensor[] expected = operands();
    Interpreter.run(PRODUCT, List.of(expected));
    if (problems.isEmpty()) {
      for (int i = 0; i < 64 * 64; i++) {
        if (actual[2].getDouble(i) != expected[2].getDouble(i)) {
          problems.add("element " + i + " differs");
          break;
        }
      }
    }
    return problems;
  }

  /** What is broken, one occurrence at a time. */
  enum Defect {
    NO_BARRIER(Intrinsic.STORAGE_SYNC),
    NO_WAIT(Intrinsic.PTX_WAIT_GROUP),
    NO_COMMIT(Intrinsic.PTX_COMMIT_GROUP),
    NO_COPY(Intrinsic.PTX_CP_ASYNC),
    NOT_PERMUTED(Intrinsic.BITWISE_XOR),
    NO_FRAGMENT(Intrinsic.PTX_LDMATRIX),
    OTHER_REGISTER(Intrinsic.PTX_MMA);

    private final Intrinsic intrinsic;

    Defect(Intrinsic intrinsic) {
      this.intrinsic = intrinsic;
    }

    private Expr broken(Expr.Call call) {
      return switch (this) {
        case NO_BARRIER, NO_WAIT, NO_COMMIT, NO_COPY, NO_FRAGMENT -> Expr.int32(0);
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
  void theKernelIsSound() {
    assertThat(problems(KERNEL)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void oneDefectIsFound(Defect defect) {
    PrimFunc mutant = defect.in(KERNEL, 0);
    assertThat(mutant).isNotSameAs(KERNEL);
    // Every occurrence of what there are few of; the first dozen of the rest.
    for (int i = 1; mutant != KERNEL; i++) {
      PrimFunc broken = mutant;
      assertThat(problems(mutant)).as(() -> defect + " in " + TvmScript.print(broken)).isNotEmpty();
      mutant = i < 12 ? defect.in(KERNEL, i) : KERNEL;
    }
  }
}
