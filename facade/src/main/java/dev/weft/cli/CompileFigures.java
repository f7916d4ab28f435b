package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.IntExpr;
import dev.weft.compiler.CompileTrace;
import dev.weft.graph.Binding;
import dev.weft.graph.Body;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.Reshape;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.plan.Instruction;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.Receipt;
import dev.weft.tir.PrimFunc;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What compiling a model took, and what fusion and the memory plan gained: how many kernels run
 * with and without fusion, how much memory the intermediates take in the plan's pool and if each
 * had memory of its own.
 */
final class CompileFigures implements CompileTrace {
  private final CompileTrace next;
  private final long begin;
  private long compiled;
  private int calls;
  private int unfused = -1;
  private @Nullable LaunchPlan plan;

  /**
   * Time is measured from now on.
   *
   * @param next looks on too
   */
  CompileFigures(CompileTrace next) {
    this.next = next;
    this.begin = System.nanoTime();
    this.compiled = begin;
  }

  @Override
  public void graph(int number, String pass, Graph after) {
    if (unfused < 0 && (pass.equals("fuse_operators") || pass.equals("lower_to_tir"))) {
      unfused = calls;
    }
    if (unfused < 0) {
      calls = calls(after.main().body());
    }
    next.graph(number, pass, after);
  }

  @Override
  public void function(String function, int number, String pass, PrimFunc after) {
    next.function(function, number, pass, after);
  }

  @Override
  public void program(ProgramImage program) {
    next.program(program);
  }

  @Override
  public void plan(LaunchPlan made) {
    plan = made;
    compiled = System.nanoTime();
    next.plan(made);
  }

  /** Calls of operators that need a kernel each where nothing is fused. */
  private static int calls(Body body) {
    int count = 0;
    for (Binding binding : body.bindings()) {
      count +=
          switch (binding.value()) {
            case GraphExpr.Call call -> call.op() instanceof Reshape ? 0 : 1;
            case GraphExpr.CallTir _, GraphExpr.CallPacked _ -> 1;
            case GraphExpr.If choice -> calls(choice.then()) + calls(choice.otherwise());
            case GraphExpr.Loop loop -> calls(loop.body());
            case GraphExpr _ -> 0;
          };
    }
    return count;
  }

  /** The bytes of all buffers that a plan allocates, each counted for itself. */
  private static long allocated(List<Instruction> body, Map<String, Long> sizes) {
    long bytes = 0;
    for (Instruction instruction : body) {
      if (instruction instanceof Instruction.Allocate(var tensor, _)) {
        bytes += known(tensor.bytes(), sizes);
      } else if (instruction instanceof Instruction.Branch branch) {
        bytes += allocated(branch.then(), sizes) + allocated(branch.otherwise(), sizes);
      } else if (instruction instanceof Instruction.Loop loop) {
        bytes += allocated(loop.body(), sizes);
      }
    }
    return bytes;
  }

  /** A size; 0 if it depends on what only a run knows. */
  private static long known(IntExpr size, Map<String, Long> sizes) {
    return sizes.keySet().containsAll(size.symbols()) ? size.evaluate(sizes) : 0;
  }

  /**
   * Prints the figures.
   *
   * @param importing how long reading the model took, in ns
   * @param sizes the values of symbolic sizes
   */
  void print(Console console, ObjectNode figures, long importing, Map<String, Long> sizes) {
    LaunchPlan made = plan;
    if (made == null) {
      throw new IllegalStateException("nothing was compiled");
    }
    long loading = System.nanoTime() - compiled;
    long compiling = compiled - begin;
    int launches =
        Receipt.of(made, "device").entries().stream().mapToInt(Receipt.Entry::calls).sum();
    long planned = made.pools().stream().mapToLong(pool -> known(pool.bytes(), sizes)).sum();
    long naive = allocated(made.body(), sizes);
    console.printf(
        "ready in %s: import %s, compile %s, load %s",
        Figures.time(importing + compiling + loading),
        Figures.time(importing),
        Figures.time(compiling),
        Figures.time(loading));
    console.printf("kernels: %d before fusion, %d after", Math.max(unfused, 0), launches);
    console.printf(
        "intermediates: %s planned, %s with memory for each",
        Figures.bytes(planned), Figures.bytes(naive));
    ObjectNode json = figures.putObject("compilation");
    json.put("import_ns", importing).put("compile_ns", compiling).put("load_ns", loading);
    json.put("kernels_before_fusion", Math.max(unfused, 0)).put("kernels", launches);
    json.put("planned_bytes", planned).put("naive_bytes", naive);
  }
}
