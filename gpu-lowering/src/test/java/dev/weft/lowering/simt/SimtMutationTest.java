package dev.weft.lowering.simt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.ScheduledFunctions;
import dev.weft.runtime.host.HostArgument;
import dev.weft.runtime.host.WrittenBytes;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lowered kernels are sound, and each of them with one thing broken is not: a barrier removed, an
 * index of shared memory off by one, a store left out. What is not found as such shows in the
 * result.
 */
class SimtMutationTest {
  private static final Target TARGET = Target.parse("simt");

  static Stream<Named<PrimFunc>> functions() {
    return Stream.of(
        Named.of("window sum", ScheduledFunctions.windowSum()),
        Named.of("matmul", ScheduledFunctions.blockedMatmul(64, DType.FLOAT32)));
  }

  private static PrimFunc kernel(PrimFunc function) {
    PrimFunc lowered = Lowering.lower(function, TARGET).launches().getFirst().kernel();
    // Read back, so that every statement is an object of its own.
    return TvmScript.parseFunction(TvmScript.print(lowered));
  }

  /** Runs a kernel; a result that is not the function's counts as noticed, too. */
  private static List<String> problems(PrimFunc function, PrimFunc kernel) {
    Random random = new Random(3);
    List<Tensor> expected = new ArrayList<>();
    for (Buffer buffer : function.paramBuffers()) {
      long[] shape =
          buffer.shape().stream().mapToLong(dim -> ((Expr.IntImm) dim).value()).toArray();
      Tensor tensor = Tensor.allocate(buffer.dtype(), shape);
      for (long i = 0; i < tensor.elements(); i++) {
        tensor.setDouble(i, random.nextInt(17) - 8);
      }
      expected.add(tensor);
    }
    List<Tensor> actual = expected.stream().map(Tensor::copy).toList();
    Interpreter.run(function, expected);
    SimtReport report = SimtRun.run(kernel, actual.toArray(Tensor[]::new));
    List<String> problems =
        new ArrayList<>(report.findings().stream().map(Finding::toString).toList());
    for (int t = 0; t < actual.size(); t++) {
      for (long i = 0; i < actual.get(t).elements() && problems.isEmpty(); i++) {
        if (actual.get(t).getDouble(i) != expected.get(t).getDouble(i)) {
          problems.add("argument " + t + " differs at element " + i);
        }
      }
    }
    return problems;
  }

  @ParameterizedTest
  @MethodSource("functions")
  void loweredKernelIsSound(PrimFunc function) {
    assertThat(problems(function, kernel(function))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("functions")
  void everyBarrierIsNeeded(PrimFunc function) {
    List<PrimFunc> mutants =
        mutants(
            kernel(function),
            stmt ->
                stmt instanceof Stmt.Evaluate e
                        && e.value() instanceof Expr.Call call
                        && call.is(Intrinsic.STORAGE_SYNC)
                    ? new Stmt.Evaluate(Expr.int32(0))
                    : null);
    assertThat(mutants).isNotEmpty();
    for (PrimFunc mutant : mutants) {
      assertThat(problems(function, mutant))
          .as("%s", TvmScript.print(mutant))
          .anyMatch(problem -> problem.contains("data race"));
    }
  }

  @ParameterizedTest
  @MethodSource("functions")
  void indicesOfSharedMemoryAreNotOffByOne(PrimFunc function) {
    List<PrimFunc> mutants =
        mutants(
            kernel(function),
            stmt ->
                stmt instanceof Stmt.Store(Buffer buffer, Expr value, List<Expr> indices, var mask)
                        && buffer.scope().rank() == Scope.Rank.SHARED
                    ? new Stmt.Store(buffer, value, List.of(next(indices.getFirst())), mask)
                    : null);
    assertThat(mutants).isNotEmpty();
    for (PrimFunc mutant : mutants) {
      assertThat(problems(function, mutant)).as("%s", TvmScript.print(mutant)).isNotEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("functions")
  void everyStoreIsNeeded(PrimFunc function) {
    List<PrimFunc> mutants =
        mutants(
            kernel(function),
            stmt -> stmt instanceof Stmt.Store ? new Stmt.Evaluate(Expr.int32(0)) : null);
    assertThat(mutants).isNotEmpty();
    for (PrimFunc mutant : mutants) {
      assertThat(problems(function, mutant)).as("%s", TvmScript.print(mutant)).isNotEmpty();
    }
  }

  @Test
  void sumsInGlobalMemoryBeginWithAStore() {
    PrimFunc kernel =
        SimtRun.kernel(
            "A: T.Buffer((256,), \"float32\"), B: T.Buffer((64,), \"float32\")",
            "tx = T.launch_thread(\"threadIdx.x\", 64)",
            "B[tx] = T.float32(0)",
            "for k in range(4):",
            "    B[tx] = B[tx] + A[tx * 4 + k]");
    assertThat(findingsOfAFreshResult(kernel)).isEmpty();
    List<PrimFunc> mutants =
        mutants(
            kernel,
            stmt ->
                stmt instanceof Stmt.Store store
                        && store.value() instanceof Expr.FloatImm imm
                        && imm.value() == 0
                    ? new Stmt.Evaluate(Expr.int32(0))
                    : null);
    assertThat(mutants).hasSize(1);
    assertThat(findingsOfAFreshResult(mutants.getFirst()))
        .extracting(Finding::kind)
        .containsOnly(Finding.Kind.UNINITIALISED_READ);
  }

  private static List<Finding> findingsOfAFreshResult(PrimFunc kernel) {
    Tensor a = Tensor.allocate(DType.FLOAT32, 256);
    Tensor b = Tensor.allocate(DType.FLOAT32, 64);
    WrittenBytes none = WrittenBytes.none(b.bytes());
    return SimtKernel.compile(kernel, 32)
        .run(
            SimtRun.geometry(kernel.body()),
            List.of(
                new HostArgument.Memory(a.dtype(), a.data()),
                new HostArgument.Memory(b.dtype(), b.data(), none)))
        .findings();
  }

  private static Expr next(Expr index) {
    return index instanceof Expr.Ramp(Expr base, Expr stride, int lanes)
        ? new Expr.Ramp(Expr.add(base, 1), stride, lanes)
        : Expr.add(index, 1);
  }

  /** A way to break a statement. */
  private interface Change {
    /** The broken statement; null if there is nothing to break in it. */
    @Nullable Stmt apply(Stmt stmt);
  }

  /** The kernel with one statement changed, for each that {@code change} has something for. */
  private static List<PrimFunc> mutants(PrimFunc kernel, Change change) {
    List<PrimFunc> mutants = new ArrayList<>();
    for (int wanted = 0; ; wanted++) {
      int number = wanted;
      int[] seen = {0};
      Stmt body =
          new IrRewriter() {
            @Override
            public Stmt stmt(Stmt node) {
              Stmt changed = change.apply(node);
              return changed != null && seen[0]++ == number ? changed : super.stmt(node);
            }
          }.stmt(kernel.body());
      if (seen[0] <= wanted) {
        return mutants;
      }
      mutants.add(kernel.withBody(body));
    }
  }
}
