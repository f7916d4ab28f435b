package dev.weft.lowering.simt;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.interp.ScalarScope;
import dev.weft.tir.script.PrintedFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns statements of a kernel into closures. Each is carried out by the active threads of a block
 * together; a condition that differs between them is carried out by some, then by the others.
 */
final class StmtCompiler {
  private final Machine machine;
  private final Values values;
  private final Memories memories;
  private final ExprCompiler exprs;
  private final PrintedFunction printed;

  /** The loop that a break or continue belongs to; null outside of loops that have any. */
  private @Nullable LoopExits exits;

  StmtCompiler(
      Machine machine,
      Values values,
      Memories memories,
      ExprCompiler exprs,
      PrintedFunction printed) {
    this.machine = machine;
    this.values = values;
    this.memories = memories;
    this.exprs = exprs;
    this.printed = printed;
  }

  /** Threads that have left an iteration of a loop and wait for the next one. */
  private static final class LoopExits {
    private Lanes continued;

    LoopExits(Lanes none) {
      this.continued = none;
    }
  }

  Runnable compile(Stmt node) {
    int line = printed.lineOf(node);
    if (line > 0) {
      exprs.enter(machine.site(line, printed.line(line)));
    }
    return switch (node) {
      case Stmt.Let(Var v, Expr value, Stmt body) -> let(v, value, body);
      case Stmt.Attr(AttrValue about, String key, Expr value, Stmt body) -> {
        if (about instanceof IterVar axis && key.equals("thread_extent")) {
          throw Machine.refuse("the thread index '" + axis.var().name() + "' within a statement");
        }
        yield compile(body);
      }
      case Stmt.Assert(Expr condition, Expr message, Stmt body) ->
          assertion(condition, message, body);
      case Stmt.Store store -> exprs.accesses().store(store);
      case Stmt.Allocate allocate -> allocate(allocate);
      case Stmt.AllocateConst constant ->
          throw Machine.refuse("constant memory '" + constant.data().name() + "' in a kernel");
      case Stmt.DeclBuffer(Buffer buffer, Stmt body) -> compile(body);
      case Stmt.Seq(List<Stmt> stmts) -> sequence(stmts);
      case Stmt.Evaluate(Expr value) ->
          value instanceof Expr.IntImm ? () -> {} : exprs.effect(value);
      case Stmt.If(Expr condition, Stmt then, Stmt otherwise) -> choice(condition, then, otherwise);
      case Stmt.For loop -> loop(loop);
      case Stmt.While(Expr condition, Stmt body) -> whileLoop(condition, body);
      case Stmt.Break b -> exit(true);
      case Stmt.Continue c -> exit(false);
      case Stmt.ThreadGroup(String role, Expr begin, Expr count, Stmt body) ->
          threadGroup(begin, count, body);
      case Stmt.Block block -> throw Machine.refuse("the block '" + block.name() + "'");
      case Stmt.BlockRealize realize ->
          throw Machine.refuse("the block '" + realize.block().name() + "'");
    };
  }

  private Runnable let(Var v, Expr value, Stmt body) {
    if (exprs.isUniform(value) && !v.dtype().isHandle()) {
      if (v.dtype().isFloat()) {
        DoubleSupplier compiled = exprs.uniformDouble(value);
        ScalarScope.Cell cell = values.defineUniform(v);
        Runnable inner = compile(body);
        return () -> {
          cell.set(compiled.getAsDouble());
          inner.run();
        };
      }
      LongSupplier compiled = exprs.uniformLong(value);
      ScalarScope.Cell cell = values.defineUniform(v);
      Runnable inner = compile(body);
      return () -> {
        cell.set(compiled.getAsLong());
        inner.run();
      };
    }
    Runnable bind = exprs.bind(v, value, 0);
    Runnable inner = compile(body);
    return () -> {
      bind.run();
      inner.run();
    };
  }

  private Runnable assertion(Expr condition, Expr message, Stmt body) {
    Longs holds = exprs.longs(condition, 0);
    Site site = exprs.site();
    String text = message instanceof Expr.StringImm(String s) ? s : "assertion";
    Runnable inner = compile(body);
    return () -> {
      Lanes wrong = machine.active.where(holds.eval(), false);
      for (int t : wrong.list()) {
        machine.findings.add(
            Finding.Kind.FAILED_ASSERTION, site, () -> text + " (" + machine.thread(t) + ")");
      }
      inner.run();
    };
  }

  private Runnable allocate(Stmt.Allocate allocate) {
    Memories.Slot slot = memories.allocate(allocate);
    Runnable body = compile(allocate.body());
    if (slot.memory() instanceof LocalMemory local) {
      return () -> {
        local.enter(machine.active);
        body.run();
      };
    }
    return body;
  }

  private Runnable sequence(List<Stmt> stmts) {
    Runnable[] compiled = steps(stmts).toArray(Runnable[]::new);
    return () -> {
      for (Runnable stmt : compiled) {
        stmt.run();
        if (machine.active.isEmpty()) {
          return;
        }
      }
    };
  }

  /** Thread groups that follow each other run side by side. */
  private List<Runnable> steps(List<Stmt> stmts) {
    List<Runnable> steps = new ArrayList<>();
    for (int i = 0; i < stmts.size(); i++) {
      List<Runnable> groups = new ArrayList<>();
      while (i < stmts.size() && stmts.get(i) instanceof Stmt.ThreadGroup group) {
        groups.add(compile(group));
        i++;
      }
      if (!groups.isEmpty()) {
        steps.add(() -> exprs.calls().roles().run(groups));
      }
      if (i < stmts.size()) {
        steps.add(compile(stmts.get(i)));
      }
    }
    return steps;
  }

  private Runnable choice(Expr condition, Stmt then, @Nullable Stmt otherwise) {
    if (exprs.isUniform(condition)) {
      LongSupplier decision = exprs.uniformLong(condition);
      Runnable yes = compile(then);
      Runnable no = otherwise == null ? () -> {} : compile(otherwise);
      return () -> {
        machine.count(InstructionKind.BRANCH);
        (decision.getAsLong() != 0 ? yes : no).run();
      };
    }
    Longs decision = exprs.longs(condition, 0);
    Runnable yes = compile(then);
    Runnable no = otherwise == null ? () -> {} : compile(otherwise);
    return () -> {
      machine.count(InstructionKind.BRANCH);
      Lanes before = machine.active;
      long[] decided = decision.eval();
      Lanes left = before.where(decided, true);
      Lanes right = before.where(decided, false);
      machine.counters.divergentBranches += left.warps() + right.warps() - before.warps();
      Lanes after = before.none();
      if (!left.isEmpty()) {
        machine.active = left;
        yes.run();
        after = machine.active;
      }
      if (!right.isEmpty()) {
        machine.active = right;
        no.run();
        after = after.and(machine.active);
      }
      machine.active = after.count() == before.count() ? before : after;
    };
  }

  private Runnable loop(Stmt.For loop) {
    if (loop.kind() == ForKind.THREAD_BINDING || loop.kind() == ForKind.VECTORIZED) {
      throw Machine.refuse("the " + loop.kind().text + " loop '" + loop.var().name() + "'");
    }
    if (exprs.isUniform(loop.min()) && exprs.isUniform(loop.extent())) {
      LongSupplier min = exprs.uniformLong(loop.min());
      LongSupplier extent = exprs.uniformLong(loop.extent());
      ScalarScope.Cell cell = values.defineUniform(loop.var());
      Body body = body(loop.body());
      return () -> {
        long begin = min.getAsLong();
        long end = begin + extent.getAsLong();
        Lanes before = machine.active;
        for (long i = begin; i < end && !machine.active.isEmpty(); i++) {
          cell.set(i);
          body.iterate();
        }
        body.end(before);
      };
    }
    Longs min = exprs.longs(loop.min(), 0);
    Longs extent = exprs.longs(loop.extent(), 1);
    long[] v = values.defineInts(loop.var());
    long[] left = new long[machine.threads];
    Body body = body(loop.body());
    return () -> {
      Lanes before = machine.active;
      System.arraycopy(min.eval(), 0, v, 0, v.length);
      System.arraycopy(extent.eval(), 0, left, 0, left.length);
      while (enter(positive(left))) {
        Lanes iterating = machine.active;
        body.iterate();
        for (int t : iterating.list()) {
          v[t]++;
          left[t]--;
        }
      }
      body.end(before);
    };
  }

  private long[] positive(long[] counts) {
    long[] result = new long[counts.length];
    for (int t : machine.active.list()) {
      result[t] = counts[t] > 0 ? 1 : 0;
    }
    return result;
  }

  /** Goes on with the active threads for which the condition holds; whether there are any. */
  private boolean enter(long[] condition) {
    Lanes before = machine.active;
    Lanes staying = before.where(condition, true);
    if (!staying.isEmpty()) {
      Lanes leaving = before.where(condition, false);
      machine.counters.divergentBranches += staying.warps() + leaving.warps() - before.warps();
    }
    machine.active = staying;
    return !staying.isEmpty();
  }

  private Runnable whileLoop(Expr condition, Stmt stmt) {
    Longs decision = exprs.longs(condition, 0);
    Body body = body(stmt);
    return () -> {
      Lanes before = machine.active;
      while (!machine.active.isEmpty() && enter(decision.eval())) {
        body.iterate();
      }
      body.end(before);
    };
  }

  /** A loop's body and the threads that leave it. */
  private final class Body {
    private final Runnable run;
    private final @Nullable LoopExits own;

    Body(Runnable run, @Nullable LoopExits own) {
      this.run = run;
      this.own = own;
    }

    void iterate() {
      machine.count(InstructionKind.BRANCH);
      if (own == null) {
        run.run();
        return;
      }
      own.continued = machine.all.none();
      run.run();
      machine.active = machine.active.and(own.continued);
    }

    /** Behind the loop all threads that entered it go on, however they left it. */
    void end(Lanes before) {
      machine.active = before;
    }
  }

  private Body body(Stmt stmt) {
    if (!hasExit(stmt)) {
      return new Body(compile(stmt), null);
    }
    LoopExits outer = exits;
    LoopExits own = new LoopExits(machine.all.none());
    exits = own;
    Runnable run = compile(stmt);
    exits = outer;
    return new Body(run, own);
  }

  private static boolean hasExit(Stmt stmt) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        found[0] |= node instanceof Stmt.Break || node instanceof Stmt.Continue;
        super.stmt(node);
      }
    }.stmt(stmt);
    return found[0];
  }

  private Runnable exit(boolean breaks) {
    LoopExits loop = exits;
    if (loop == null) {
      throw Machine.refuse("a break or continue outside of a loop");
    }
    return () -> {
      if (!breaks) {
        loop.continued = loop.continued.and(machine.active);
      }
      machine.active = machine.all.none();
    };
  }

  private Runnable threadGroup(Expr begin, Expr count, Stmt body) {
    LongSupplier first = exprs.uniformLong(begin);
    LongSupplier size = exprs.uniformLong(count);
    Runnable inner = compile(body);
    return () -> {
      Lanes before = machine.active;
      machine.active = before.within(first.getAsLong(), first.getAsLong() + size.getAsLong());
      if (!machine.active.isEmpty()) {
        inner.run();
      }
      machine.active = before;
    };
  }
}
