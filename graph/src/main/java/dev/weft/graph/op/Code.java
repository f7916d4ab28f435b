package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.te.PointBody;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes the statements of one point of {@code Te.pointwise} in the order in which they are carried
 * out:
 *
 * <pre>{@code
 * Code code = new Code(call);
 * Code.Cell sum = code.cell("sum", Maths.number(x, 0));
 * code.loop("k", length, k -> {
 *   sum.set(Expr.add(sum.get(), load(in, k)));
 *   code.store(out, sum.get(), k);
 * });
 * return code.done();
 * }</pre>
 */
final class Code {
  private final List<Buffer> local = new ArrayList<>();
  private final DType indexType;
  private final Expr zero;
  private List<Stmt> stmts = new ArrayList<>();

  Code(Lowering call) {
    zero = call.index(0);
    indexType = zero.dtype();
  }

  /** A variable. */
  final class Cell {
    private final Buffer buffer;

    private Cell(Buffer buffer) {
      this.buffer = buffer;
    }

    Expr get() {
      return new Expr.Load(buffer, List.of(zero));
    }

    void set(Expr value) {
      stmts.add(new Stmt.Store(buffer, value, List.of(zero)));
    }

    void add(Expr value) {
      set(Expr.add(get(), value));
    }
  }

  /** A variable with its first value. */
  Cell cell(String name, Expr first) {
    Cell cell = new Cell(array(name, first.dtype(), 1));
    cell.set(first);
    return cell;
  }

  /** Elements that the point has for itself; what is in them at first is not known. */
  Buffer array(String name, DType dtype, long length) {
    Buffer buffer = Buffer.of(name, dtype, Scope.LOCAL, List.of(Expr.imm(indexType, length)));
    local.add(buffer);
    return buffer;
  }

  void store(Buffer buffer, Expr value, Expr... indices) {
    store(buffer, value, List.of(indices));
  }

  void store(Buffer buffer, Expr value, List<Expr> indices) {
    stmts.add(new Stmt.Store(buffer, value, indices));
  }

  /** A loop from 0. */
  void loop(String name, Expr extent, Consumer<Expr> body) {
    Var var = Var.of(name, extent.dtype());
    Stmt inner = inner(() -> body.accept(var));
    stmts.add(Stmt.For.serial(var, extent, inner));
  }

  /** Nested loops from 0, the last one innermost. */
  void loops(String name, List<Expr> extents, Consumer<List<Expr>> body) {
    loops(name, extents, new ArrayList<>(), body);
  }

  private void loops(String name, List<Expr> extents, List<Expr> outer, Consumer<List<Expr>> body) {
    if (outer.size() == extents.size()) {
      body.accept(List.copyOf(outer));
      return;
    }
    loop(
        name + outer.size(),
        extents.get(outer.size()),
        var -> {
          List<Expr> all = new ArrayList<>(outer);
          all.add(var);
          loops(name, extents, all, body);
        });
  }

  void when(Expr condition, Runnable then) {
    stmts.add(new Stmt.If(condition, inner(then), null));
  }

  void when(Expr condition, Runnable then, Runnable otherwise) {
    Stmt first = inner(then);
    stmts.add(new Stmt.If(condition, first, inner(otherwise)));
  }

  private Stmt inner(Runnable body) {
    List<Stmt> outer = stmts;
    stmts = new ArrayList<>();
    body.run();
    Stmt inner = Stmt.seq(stmts);
    stmts = outer;
    return inner;
  }

  PointBody.Code done() {
    return new PointBody.Code(Stmt.seq(stmts), local);
  }

  /** An element of a buffer. */
  static Expr load(Buffer buffer, Expr... indices) {
    return new Expr.Load(buffer, List.of(indices));
  }

  /** An element of a buffer. */
  static Expr load(Buffer buffer, List<Expr> indices) {
    return new Expr.Load(buffer, indices);
  }
}
