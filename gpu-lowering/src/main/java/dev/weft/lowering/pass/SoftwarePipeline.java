package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Writes out the steps of a pipelined loop: some that fill it, a loop, some that drain it. */
final class SoftwarePipeline {
  /** Around statements whose copies are to be asynchronous; see {@link InjectAsyncCopies}. */
  static final String ASYNC_SCOPE = "async_scope";

  private final Stmt.For loop;
  private final PipelineBody body;
  private final PipelineSchedule schedule;
  private final PipelineVersions versions;
  private final Analyzer analyzer = new Analyzer();
  private final DType type;

  /** Iterations, if known. */
  private final OptionalLong iterations;

  SoftwarePipeline(
      Stmt.For loop, PipelineBody body, PipelineSchedule schedule, Set<Buffer> doubled) {
    this.loop = loop;
    this.body = body;
    this.schedule = schedule;
    this.versions = new PipelineVersions(body, schedule, doubled);
    this.type = loop.var().dtype();
    this.iterations =
        loop.extent() instanceof Expr.IntImm imm
            ? OptionalLong.of(imm.value())
            : OptionalLong.empty();
  }

  /** The pipeline, with its buffers. */
  Stmt emit() {
    int last = schedule.lastStage();
    List<Stmt> steps = new ArrayList<>();
    for (int step = 0; step < last; step++) {
      steps.addAll(step(Expr.imm(type, step), step));
    }
    steps.addAll(steady(last));
    for (int step = 0; step < last; step++) {
      Expr longest =
          iterations.isPresent()
              ? Expr.imm(type, Math.max(iterations.getAsLong(), last))
              : Expr.max(loop.extent(), Expr.imm(type, last));
      Expr number = analyzer.simplify(Expr.add(longest, step));
      // Of a symbolic number of steps each is like the first that drains.
      long known = iterations.isPresent() ? Math.max(iterations.getAsLong(), last) + step : -1;
      steps.addAll(step(number, known));
    }
    Stmt.Block block =
        new Stmt.Block(
            "",
            List.of(),
            List.of(),
            List.of(),
            versions.allocations(body.allocs()),
            List.of(),
            Map.of(),
            null,
            steps.isEmpty() ? Simplify.NOTHING : Stmt.seq(steps));
    return new Stmt.BlockRealize(List.of(), Expr.bool(true), block);
  }

  /** The loop in which all stages are at work. */
  private List<Stmt> steady(int last) {
    Expr extent =
        iterations.isPresent()
            ? Expr.imm(type, iterations.getAsLong() - last)
            : Expr.max(Expr.sub(loop.extent(), last), Expr.imm(type, 0));
    if (extent instanceof Expr.IntImm imm && imm.value() <= 0) {
      return List.of();
    }
    Var v = loop.var().renamed(loop.var().name());
    analyzer.bind(v, new Range(Expr.imm(type, 0), extent));
    Expr number = Expr.add(v, last);
    List<Stmt> stmts = new ArrayList<>();
    // Where all stages are at work, groups of all of them are under way.
    long middle = last + 64L;
    await(schedule.inOrder(), middle, Long.MAX_VALUE, stmts);
    for (int i : schedule.inOrder()) {
      // The last stage's iteration is the loop's: the others run ahead of it.
      Expr iteration = analyzer.simplify(Expr.sub(number, schedule.stages().get(i)));
      stmts.add(statement(i, iteration));
      commit(i, true, stmts);
    }
    Stmt.For steady =
        new Stmt.For(
            v, Expr.imm(type, 0), extent, loop.kind(), null, loop.annotations(), Stmt.seq(stmts));
    return List.of(steady);
  }

  /**
   * One step that fills or drains the pipeline.
   *
   * @param known the step's number; -1 if nobody knows it, behind all iterations
   */
  private List<Stmt> step(Expr number, long known) {
    Expr zero = Expr.imm(type, 0);
    List<Integer> running = new ArrayList<>();
    List<Stmt> body = new ArrayList<>();
    for (int i : schedule.inOrder()) {
      Expr iteration = analyzer.simplify(Expr.sub(number, schedule.stages().get(i)));
      Expr runs =
          analyzer.simplify(Expr.and(Expr.ge(iteration, zero), Expr.lt(iteration, loop.extent())));
      boolean never = runs.isConst(0);
      if (!never) {
        running.add(i);
        Stmt stmt = statement(i, iteration);
        body.add(runs.isConst(1) ? stmt : new Stmt.If(runs, stmt, null));
      }
      commit(i, known - schedule.stages().get(i) < iterations.orElse(Long.MAX_VALUE), body);
    }
    List<Stmt> stmts = new ArrayList<>();
    long at = known < 0 ? schedule.lastStage() + 64L : known;
    await(running, at, iterations.orElse(Long.MAX_VALUE), stmts);
    stmts.addAll(body);
    return stmts;
  }

  private Stmt statement(int i, Expr iteration) {
    Stmt stmt = versions.at(body.children().get(i), iteration);
    Expr value = analyzer.simplify(Expr.add(loop.min(), iteration));
    stmt = FreshCopy.of(Substitute.in(stmt, Map.of(loop.var(), value)));
    return schedule.isAsync(i)
        ? new Stmt.Attr(Expr.int32(0), ASYNC_SCOPE, Expr.int32(1), stmt)
        : stmt;
  }

  /**
   * Waits, in front of a step, for what its statements read. One wait for all of them: the barrier
   * behind it then also keeps the step's copies from overtaking the readers of the step before.
   */
  private void await(List<Integer> readers, long step, long committed, List<Stmt> stmts) {
    int least = Integer.MAX_VALUE;
    for (int reader : readers) {
      for (int writer = 0; writer < reader; writer++) {
        boolean waits =
            schedule.isAsync(writer)
                && PipelineVersions.depends(
                    body.children().get(reader), body.children().get(writer));
        if (waits) {
          int stage = schedule.stages().get(writer);
          least = Math.min(least, schedule.groupsAllowed(stage, reader, step, committed));
        }
      }
    }
    if (least < Integer.MAX_VALUE) {
      stmts.add(call(Intrinsic.PTX_WAIT_GROUP, Expr.int32(least)));
    }
  }

  /**
   * Commits a stage's copies. Groups are counted by the step, so steps that fill the pipeline
   * commit even where the stage has nothing to do yet; with a symbolic number of iterations, all
   * steps do.
   */
  private void commit(int statement, boolean isInside, List<Stmt> stmts) {
    if (schedule.commitsAfter(statement) && isInside) {
      stmts.add(call(Intrinsic.PTX_COMMIT_GROUP));
    }
  }

  private static Stmt call(Intrinsic intrinsic, Expr... args) {
    return new Stmt.Evaluate(Expr.Call.of(DType.VOID, intrinsic, args));
  }
}
