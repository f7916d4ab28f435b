package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Statements as text. */
final class StmtPrinter {
  private final Lines out;
  private final NameTable names;
  private final ExprPrinter exprs;
  private final BufferPrinter buffers;
  private final BlockPrinter blocks;
  private final Set<Object> underline;

  /** The number of the line in which each statement begins; the last one where it stands twice. */
  private final Map<Stmt, Integer> starts;

  /** Buffers that nothing declares, by the pointer that they are views of. */
  private final Map<Var, List<Buffer>> views = new HashMap<>();

  StmtPrinter(
      Lines out,
      NameTable names,
      Dialect dialect,
      Set<Object> underline,
      Map<Stmt, Integer> starts) {
    this.out = out;
    this.names = names;
    this.underline = underline;
    this.starts = starts;
    this.exprs = new ExprPrinter(names, underline);
    this.buffers = new BufferPrinter(names, exprs, out);
    this.blocks = new BlockPrinter(out, names, exprs, buffers, this, dialect);
  }

  BufferPrinter buffers() {
    return buffers;
  }

  BlockPrinter blocks() {
    return blocks;
  }

  ExprPrinter exprs() {
    return exprs;
  }

  /** Declares what the statement mentions and nothing declares, on lines before it. */
  void declareFree(Usage usage) {
    for (Buffer buffer : usage.freeBuffers()) {
      if (names.knows(buffer)) {
        continue;
      }
      if (usage.declares(buffer.data()) && !names.knows(buffer.data())) {
        views.computeIfAbsent(buffer.data(), _ -> new ArrayList<>()).add(buffer);
      } else {
        out.line(buffers.declare(buffer, "T.Buffer", "", true).assignment());
      }
    }
    for (Var v : usage.freeVars()) {
      ThreadTag thread = usage.threadOf(v);
      if (thread == null) {
        buffers.declareFree(v);
      } else if (!names.knows(v)) {
        String dtype = v.dtype().equals(DType.INT32) ? "" : ", " + Literals.quoted("" + v.dtype());
        String tag = Literals.quoted(thread.text);
        out.line(names.declare(v) + " = T.env_thread(" + tag + dtype + ")");
      }
    }
  }

  /** The views of a pointer that has just been declared. */
  private void declareViews(Var data) {
    for (Buffer view : views.getOrDefault(data, List.of())) {
      if (!names.knows(view)) {
        out.line(buffers.declare(view, "T.Buffer", "", false).assignment());
      }
    }
  }

  /** The body of a compound statement, one step further in. */
  void body(Stmt body) {
    out.indented(() -> names.scoped(() -> statements(body)));
  }

  /** Statements at the current indentation, {@code pass} for none. */
  void statements(Stmt body) {
    int before = out.length();
    stmt(body, true);
    if (out.length() == before) {
      out.line("pass");
    }
  }

  /**
   * @param last whether nothing follows at this indentation, so that a declaration may hold for the
   *     rest of it instead of opening a block of its own
   */
  private void stmt(Stmt stmt, boolean last) {
    switch (stmt) {
      case Stmt.Seq(var stmts) -> {
        for (int i = 0; i < stmts.size(); i++) {
          stmt(stmts.get(i), last && i == stmts.size() - 1);
        }
      }
      case Stmt.Let let -> let(let, last);
      case Stmt.Attr attr -> attr(attr, last);
      case Stmt.Assert(var condition, var message, var body) -> {
        String text = exprs.text(condition) + ", " + exprs.text(message);
        if (last) {
          line(stmt, "assert " + text);
          stmt(body, true);
        } else {
          line(stmt, "with T.Assert(" + text + "):");
          body(body);
        }
      }
      case Stmt.Store(var buffer, var value, var indices, var predicate) ->
          line(
              stmt,
              predicate == null
                  ? exprs.access(buffer, indices) + " = " + exprs.text(value)
                  : names.text(buffer)
                      + ".vstore(["
                      + exprs.list(indices)
                      + "], "
                      + exprs.text(value)
                      + ", predicate="
                      + exprs.text(predicate)
                      + ")");
      case Stmt.Allocate allocate -> allocate(allocate, last);
      case Stmt.AllocateConst constant -> allocateConst(constant, last);
      case Stmt.DeclBuffer(var buffer, var body) -> {
        BufferPrinter.Declaration declaration =
            last ? buffers.declare(buffer, "T.decl_buffer", "", false) : null;
        if (declaration != null) {
          line(stmt, declaration.assignment());
          stmt(body, true);
        } else {
          buffers.declareFree(buffer.data());
          names.scoped(
              () -> {
                var inner = buffers.declare(buffer, "T.decl_buffer", "", false);
                line(stmt, "with " + inner.value() + " as " + inner.name() + ":");
                body(body);
              });
        }
      }
      case Stmt.Evaluate(var value) ->
          line(
              stmt,
              value instanceof Expr.Call
                  ? exprs.text(value)
                  : "T.evaluate(" + exprs.text(value) + ")");
      case Stmt.If(var condition, var then, var otherwise) -> {
        line(stmt, "if " + exprs.text(condition) + ":");
        body(then);
        if (otherwise != null) {
          out.line("else:");
          body(otherwise);
        }
      }
      case Stmt.For loop -> loops(loop);
      case Stmt.While(var condition, var body) -> {
        line(stmt, "while " + exprs.text(condition) + ":");
        body(body);
      }
      case Stmt.Break _ -> line(stmt, "break");
      case Stmt.Continue _ -> line(stmt, "continue");
      case Stmt.ThreadGroup(var role, var begin, var count, var body) -> {
        line(
            stmt,
            "with T.thread_group("
                + Literals.quoted(role)
                + ", "
                + exprs.text(begin)
                + ", "
                + exprs.text(count)
                + "):");
        body(body);
      }
      case Stmt.Block block -> blocks.print(block, null, header(block, block));
      case Stmt.BlockRealize realize ->
          blocks.print(realize.block(), realize, header(realize, realize.block()));
    }
  }

  private boolean header(Stmt stmt, Stmt.Block block) {
    starts.put(stmt, out.next());
    return underline.contains(stmt) || underline.contains(block);
  }

  private void line(Stmt stmt, String text) {
    starts.put(stmt, out.next());
    out.line(underline.contains(stmt) ? Lines.marked(text) : text);
  }

  private void let(Stmt.Let let, boolean last) {
    Var v = let.var();
    String value = exprs.text(let.value());
    if (names.knows(v)) {
      String text = "T.LetStmt(" + value + ", var=" + names.text(v) + ")";
      line(let, last ? text : "with " + text + ":");
      if (last) {
        declareViews(v);
        stmt(let.body(), true);
      } else {
        viewsAndBody(v, let.body());
      }
      return;
    }
    if (last) {
      line(let, names.declare(v) + ": " + Literals.type(v) + " = " + value);
      declareViews(v);
      stmt(let.body(), true);
      return;
    }
    names.scoped(
        () -> {
          if (v.pointerType() != null) {
            buffers.declareFree(v);
            line(let, "with T.LetStmt(" + value + ", var=" + names.text(v) + "):");
          } else {
            line(let, "with T.LetStmt(" + value + ") as " + names.declare(v) + ":");
          }
          viewsAndBody(v, let.body());
        });
  }

  private void viewsAndBody(Var data, Stmt body) {
    out.indented(
        () ->
            names.scoped(
                () -> {
                  declareViews(data);
                  statements(body);
                }));
  }

  private void attr(Stmt.Attr attr, boolean last) {
    if (LaunchThread.isSugar(attr) && attr.node() instanceof IterVar axis) {
      launch(attr, axis, last);
      return;
    }
    if (attr.node() instanceof IterVar axis) {
      buffers.declareFree(axis.var());
    }
    String text =
        "T.attr("
            + exprs.value(attr.node())
            + ", "
            + Literals.quoted(attr.key())
            + ", "
            + exprs.text(attr.value())
            + ")";
    scope(attr, text, attr.body(), last);
  }

  private void launch(Stmt.Attr attr, IterVar axis, boolean last) {
    Var v = axis.var();
    String extent = exprs.text(attr.value());
    if (names.knows(v)) {
      scope(attr, "T.launch_thread(" + names.text(v) + ", " + extent + ")", attr.body(), last);
      return;
    }
    String tag = Literals.quoted(Objects.requireNonNull(axis.thread()).text);
    String text = "T.launch_thread(" + tag + ", " + extent + ")";
    if (last) {
      line(attr, names.declare(v) + " = " + text);
      stmt(attr.body(), true);
    } else {
      names.scoped(
          () -> {
            line(attr, "with " + text + " as " + names.declare(v) + ":");
            body(attr.body());
          });
    }
  }

  /** A call that holds for the rest of the block, or for a block of its own. */
  private void scope(Stmt stmt, String text, Stmt body, boolean last) {
    if (last) {
      line(stmt, text);
      stmt(body, true);
    } else {
      line(stmt, "with " + text + ":");
      body(body);
    }
  }

  private void allocate(Stmt.Allocate allocate, boolean last) {
    Var.PointerType pointer = Objects.requireNonNull(allocate.data().pointerType());
    StringBuilder args = new StringBuilder("[");
    args.append(exprs.list(allocate.extents())).append("], ");
    args.append(Literals.quoted(allocate.dtype().toString())).append(", ");
    args.append(Literals.quoted(pointer.scope().toString()));
    if (!allocate.condition().equals(Expr.bool(true))) {
      args.append(", condition=").append(exprs.text(allocate.condition()));
    }
    if (!allocate.annotations().isEmpty()) {
      args.append(", annotations=").append(exprs.dictionary(allocate.annotations()));
    }
    boolean ownType = pointer.element().equals(allocate.dtype());
    pointer(
        allocate, "T.allocate", args.toString(), ownType, allocate.data(), allocate.body(), last);
  }

  private void allocateConst(Stmt.AllocateConst constant, boolean last) {
    Var.PointerType pointer = constant.data().pointerType();
    String args =
        "["
            + String.join(", ", constant.values().stream().map(v -> element(constant, v)).toList())
            + "], "
            + Literals.quoted(constant.dtype().toString())
            + ", ["
            + exprs.list(constant.extents())
            + "]";
    boolean ownType =
        pointer != null
            && pointer.element().equals(constant.dtype())
            && pointer.scope().equals(Scope.GLOBAL);
    pointer(constant, "T.allocate_const", args, ownType, constant.data(), constant.body(), last);
  }

  /** An element of constant data; plain numbers have the data's type. */
  private String element(Stmt.AllocateConst constant, Expr value) {
    return switch (value) {
      case Expr.IntImm imm when imm.dtype().equals(constant.dtype()) && imm.dtype().isInt() ->
          Literals.number(imm);
      case Expr.FloatImm imm
          when imm.dtype().equals(constant.dtype()) && Double.isFinite(imm.value()) ->
          Literals.number(imm);
      default -> exprs.text(value);
    };
  }

  private void pointer(
      Stmt stmt, String function, String args, boolean ownType, Var data, Stmt body, boolean last) {
    if (!ownType) {
      buffers.declareFree(data);
      String text = function + "(" + args + ", var=" + names.text(data) + ")";
      if (last) {
        line(stmt, text);
        declareViews(data);
        stmt(body, true);
      } else {
        line(stmt, "with " + text + ":");
        viewsAndBody(data, body);
      }
      return;
    }
    String text = function + "(" + args + ")";
    if (last) {
      line(stmt, names.declare(data) + " = " + text);
      declareViews(data);
      stmt(body, true);
    } else {
      names.scoped(
          () -> {
            line(stmt, "with " + text + " as " + names.declare(data) + ":");
            viewsAndBody(data, body);
          });
    }
  }

  /** A loop, or several plain ones in one another as a grid. */
  private void loops(Stmt.For outermost) {
    List<Stmt.For> grid = new ArrayList<>();
    Stmt inner = outermost;
    while (inner instanceof Stmt.For loop && isPlain(loop) && !mentions(loop.extent(), grid)) {
      grid.add(loop);
      inner = loop.body();
    }
    if (grid.size() < 2) {
      grid = List.of(outermost);
      inner = outermost.body();
    }
    List<Stmt.For> nest = grid;
    Stmt body = inner;
    String iterable =
        nest.size() > 1
            ? "T.grid(" + exprs.list(nest.stream().map(Stmt.For::extent).toList()) + ")"
            : iterable(outermost);
    names.scoped(
        () -> {
          List<String> variables = new ArrayList<>();
          for (Stmt.For loop : nest) {
            starts.put(loop, out.next());
            String name = names.declare(loop.var());
            boolean mark = nest.size() > 1 && underline.contains(loop);
            variables.add(mark ? Lines.marked(name) : name);
            blocks.enter(loop.var(), new Range(loop.min(), loop.extent()));
          }
          String text = "for " + String.join(", ", variables) + " in " + iterable + ":";
          out.line(nest.size() == 1 && underline.contains(outermost) ? Lines.marked(text) : text);
          body(body);
        });
  }

  private static boolean isPlain(Stmt.For loop) {
    return loop.kind() == ForKind.SERIAL && loop.annotations().isEmpty() && loop.min().isConst(0);
  }

  private static boolean mentions(Expr extent, List<Stmt.For> loops) {
    Usage usage = new Usage();
    usage.expr(extent);
    return loops.stream().anyMatch(loop -> usage.mentions(loop.var()));
  }

  private String iterable(Stmt.For loop) {
    List<String> args = new ArrayList<>();
    Expr stop = Slices.stop(loop.min(), loop.extent());
    if (loop.min().isConst(0)) {
      args.add(exprs.text(loop.extent()));
    } else if (Slices.extent(loop.min(), stop).equals(loop.extent())) {
      args.add(exprs.text(loop.min()));
      args.add(exprs.text(stop));
    } else {
      args.add(
          "T.Range.from_min_extent("
              + exprs.text(loop.min())
              + ", "
              + exprs.text(loop.extent())
              + ")");
    }
    @Nullable ThreadTag thread = loop.thread();
    if (thread != null) {
      args.add("thread=" + Literals.quoted(thread.text));
    }
    if (!loop.annotations().isEmpty()) {
      args.add("annotations=" + exprs.dictionary(loop.annotations()));
    }
    boolean range = loop.kind() == ForKind.SERIAL && loop.annotations().isEmpty();
    return (range ? "range" : "T." + loop.kind().text) + "(" + String.join(", ", args) + ")";
  }
}
