package dev.weft.tir.interp;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns statements into {@link Exec}s. */
final class StmtCompiler {
  /** A compiled statement. */
  interface Exec {
    Flow run(Frame frame);
  }

  /** How a statement ended. */
  enum Flow {
    NORMAL,
    BREAK,
    CONTINUE,
    /** The function ends; its result is in the frame. */
    RETURN
  }

  private final ExprCompiler exprs;
  private final Slots slots;
  private final BlockCompiler blocks;

  StmtCompiler(ExprCompiler exprs) {
    this.exprs = exprs;
    this.slots = exprs.slots();
    this.blocks = new BlockCompiler(exprs, this);
  }

  Exec compile(Stmt node) {
    return switch (node) {
      case Stmt.Let(Var v, Expr value, Stmt body) -> {
        ExprCompiler.Binder binder = exprs.binder(v, value);
        Exec b = compile(body);
        yield f -> {
          binder.bind(f);
          return b.run(f);
        };
      }
      case Stmt.Attr(AttrValue about, String key, Expr value, Stmt body) -> {
        if (about instanceof IterVar iter && iter.kind() == IterVar.Kind.THREAD) {
          yield threadLoop(iter, key, value, body);
        }
        yield compile(body);
      }
      case Stmt.Assert(Expr condition, Expr message, Stmt body) -> {
        Eval c = exprs.compile(condition);
        Exec b = compile(body);
        String text = message instanceof Expr.StringImm(String s) ? s : "assertion";
        yield f -> {
          if (c.asLong(f) == 0) {
            throw f.error("assertion failed: " + text, "");
          }
          return b.run(f);
        };
      }
      case Stmt.Store store -> store(store);
      case Stmt.Allocate allocate -> allocate(allocate);
      case Stmt.AllocateConst constant -> allocateConst(constant);
      case Stmt.DeclBuffer(Buffer buffer, Stmt body) -> {
        ExprCompiler.BufferSource source = exprs.viewOf(buffer);
        int slot = slots.define(buffer);
        Exec b = compile(body);
        yield f -> {
          f.objects[slot] = source.get(f);
          return b.run(f);
        };
      }
      case Stmt.Seq(List<Stmt> stmts) -> sequence(stmts);
      case Stmt.Evaluate(Expr value) -> evaluate(value);
      case Stmt.If(Expr condition, Stmt then, Stmt otherwise) -> {
        Eval c = exprs.compile(condition);
        Exec t = compile(then);
        Exec e = otherwise == null ? f -> Flow.NORMAL : compile(otherwise);
        yield f -> c.asLong(f) != 0 ? t.run(f) : e.run(f);
      }
      case Stmt.For loop ->
          loop(loop.var(), exprs.compile(loop.min()), exprs.compile(loop.extent()), loop.body());
      case Stmt.While(Expr condition, Stmt body) -> {
        Eval c = exprs.compile(condition);
        Exec b = compile(body);
        yield f -> {
          while (c.asLong(f) != 0) {
            Flow flow = b.run(f);
            if (flow == Flow.BREAK || flow == Flow.RETURN) {
              return flow == Flow.RETURN ? flow : Flow.NORMAL;
            }
          }
          return Flow.NORMAL;
        };
      }
      case Stmt.Break b -> f -> Flow.BREAK;
      case Stmt.Continue c -> f -> Flow.CONTINUE;
      case Stmt.ThreadGroup group ->
          throw new InterpreterException(
              "the thread group '" + group.role() + "' has no meaning outside a kernel",
              "",
              "run the lowered kernel on the SIMT interpreter");
      case Stmt.Block block -> blocks.compile(List.of(), Expr.bool(true), block);
      case Stmt.BlockRealize(List<Expr> values, Expr predicate, Stmt.Block block) ->
          blocks.compile(values, predicate, block);
    };
  }

  private Exec threadLoop(IterVar iter, String key, Expr value, Stmt body) {
    if (!key.equals("thread_extent") && !key.equals("virtual_thread")) {
      return compile(body);
    }
    return loop(iter.var(), Eval.ofLong((f, lane) -> 0), exprs.compile(value), body);
  }

  private Exec loop(Var var, Eval min, Eval extent, Stmt body) {
    int slot = slots.define(var);
    Exec b = compile(body);
    Frame.Place place = f -> var.name() + "=" + f.ints[slot];
    return f -> {
      long begin = min.asLong(f);
      long end = begin + extent.asLong(f);
      f.enter(place);
      Flow flow = Flow.NORMAL;
      for (long i = begin; i < end && flow != Flow.BREAK && flow != Flow.RETURN; i++) {
        f.ints[slot] = i;
        flow = b.run(f);
      }
      f.leave();
      return flow == Flow.RETURN ? flow : Flow.NORMAL;
    };
  }

  private Exec sequence(List<Stmt> stmts) {
    Exec[] compiled = stmts.stream().map(this::compile).toArray(Exec[]::new);
    return f -> {
      for (Exec stmt : compiled) {
        Flow flow = stmt.run(f);
        if (flow != Flow.NORMAL) {
          return flow;
        }
      }
      return Flow.NORMAL;
    };
  }

  private Exec evaluate(Expr value) {
    if (value instanceof Expr.Call call && call.is(Intrinsic.RET)) {
      return returned(call);
    }
    Eval v = exprs.compile(value);
    DType dtype = value.dtype();
    if (dtype.isFloat()) {
      return f -> {
        var _ = v.asDouble(f, 0);
        return Flow.NORMAL;
      };
    }
    if (dtype.isHandle() || dtype.equals(DType.STRING)) {
      return f -> {
        var _ = v.asObject(f);
        return Flow.NORMAL;
      };
    }
    return f -> {
      var _ = v.asLong(f, 0);
      return Flow.NORMAL;
    };
  }

  /** {@code T.ret(value)}. */
  private Exec returned(Expr.Call call) {
    if (call.args().isEmpty()) {
      return f -> Flow.RETURN;
    }
    Expr value = call.args().get(0);
    Eval v = exprs.compile(value);
    if (value.dtype().isFloat()) {
      return f -> {
        f.result = v.asDouble(f, 0);
        return Flow.RETURN;
      };
    }
    return f -> {
      f.result = v.asLong(f, 0);
      return Flow.RETURN;
    };
  }

  private Exec store(Stmt.Store store) {
    Buffer buffer = store.buffer();
    Access access = exprs.access(store, buffer, store.indices());
    Eval value = exprs.compile(store.value());
    DType scalar = buffer.dtype().scalar();
    int bytes = buffer.dtype().bytes() / buffer.dtype().lanes();
    int lanes = store.value().dtype().lanes();
    Expr mask = store.predicate();
    Eval predicate = mask == null ? null : exprs.compile(mask);
    if (lanes == 1 && predicate == null) {
      return scalar.isFloat()
          ? f -> {
            double v = value.asDouble(f, 0);
            BoundBuffer bound = access.bound(f);
            long at = access.offset(f, bound, 0);
            Memory memory = bound.memory();
            Scalars.setFloat(scalar, memory.data, at, v);
            memory.markWritten(at, bytes);
            return Flow.NORMAL;
          }
          : f -> {
            long v = value.asLong(f, 0);
            BoundBuffer bound = access.bound(f);
            long at = access.offset(f, bound, 0);
            Memory memory = bound.memory();
            Scalars.setInt(scalar, memory.data, at, v);
            memory.markWritten(at, bytes);
            return Flow.NORMAL;
          };
    }
    return vectorStore(access, value, scalar, bytes, lanes, predicate);
  }

  /** All lanes are read before the first one is written. */
  private static Exec vectorStore(
      Access access, Eval value, DType scalar, int bytes, int lanes, @Nullable Eval predicate) {
    return f -> {
      double[] floats = new double[lanes];
      long[] ints = new long[lanes];
      boolean[] active = new boolean[lanes];
      for (int lane = 0; lane < lanes; lane++) {
        active[lane] = predicate == null || predicate.asLong(f, lane) != 0;
        if (!active[lane]) {
          continue;
        }
        if (scalar.isFloat()) {
          floats[lane] = value.asDouble(f, lane);
        } else {
          ints[lane] = value.asLong(f, lane);
        }
      }
      BoundBuffer bound = access.bound(f);
      Memory memory = bound.memory();
      for (int lane = 0; lane < lanes; lane++) {
        if (!active[lane]) {
          continue;
        }
        long at = access.offset(f, bound, lane);
        if (scalar.isFloat()) {
          Scalars.setFloat(scalar, memory.data, at, floats[lane]);
        } else {
          Scalars.setInt(scalar, memory.data, at, ints[lane]);
        }
        memory.markWritten(at, bytes);
      }
      return Flow.NORMAL;
    };
  }

  private Exec allocate(Stmt.Allocate allocate) {
    Eval[] extents = exprs.compileAll(allocate.extents());
    Eval condition = exprs.compile(allocate.condition());
    int slot = slots.define(allocate.data());
    DType dtype = allocate.dtype();
    String name = allocate.data().name();
    Exec body = compile(allocate.body());
    return f -> {
      long count = condition.asLong(f) == 0 ? 0 : product(ExprCompiler.values(extents, f));
      f.objects[slot] = Memory.allocate(dtype, count, name);
      return body.run(f);
    };
  }

  private Exec allocateConst(Stmt.AllocateConst constant) {
    int slot = slots.define(constant.data());
    List<Eval> values = new ArrayList<>();
    for (Expr value : constant.values()) {
      values.add(exprs.compile(value));
    }
    DType dtype = constant.dtype();
    String name = constant.data().name();
    Exec body = compile(constant.body());
    return f -> {
      Memory memory = Memory.allocate(dtype, values.size(), name);
      for (int i = 0; i < values.size(); i++) {
        long at = (long) i * dtype.bytes();
        if (dtype.isFloat()) {
          Scalars.setFloat(dtype, memory.data, at, values.get(i).asDouble(f, 0));
        } else {
          Scalars.setInt(dtype, memory.data, at, values.get(i).asLong(f, 0));
        }
        memory.markWritten(at, dtype.bytes());
      }
      f.objects[slot] = memory;
      return body.run(f);
    };
  }

  static long product(long[] values) {
    long product = 1;
    for (long value : values) {
      product = Math.multiplyExact(product, value);
    }
    return product;
  }
}
