package dev.weft.codegen.c;

import dev.weft.base.DType;
import dev.weft.lowering.StreamingStores;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Renders statements of a kernel in device form. */
final class StmtRenderer {
  private final CDialect dialect;
  private final CNames names;
  private final Helpers helpers;
  private final ExprRenderer exprs;
  private final Analyzer analyzer;
  private final CodeWriter out;

  /** Whether stores of vectors go past the caches. */
  private boolean isStreaming;

  StmtRenderer(
      CDialect dialect,
      CNames names,
      Helpers helpers,
      ExprRenderer exprs,
      Analyzer analyzer,
      CodeWriter out) {
    this.dialect = dialect;
    this.names = names;
    this.helpers = helpers;
    this.exprs = exprs;
    this.analyzer = analyzer;
    this.out = out;
  }

  void render(Stmt node) {
    switch (node) {
      case Stmt.Let(Var v, Expr value, Stmt body) -> {
        out.line(
            "const "
                + dialect.type(v.dtype())
                + " "
                + names.of(v)
                + " = "
                + rendered(value).text()
                + ";");
        analyzer.bind(v, value);
        render(body);
      }
      case Stmt.Attr(AttrValue about, String key, Expr value, Stmt body) ->
          attr(about, key, value, body);
      case Stmt.Assert(Expr condition, Expr message, Stmt body) ->
          throw ExprRenderer.refuse("an assertion in a kernel");
      case Stmt.Store store -> store(store);
      case Stmt.Allocate allocate -> allocate(allocate);
      case Stmt.AllocateConst constant -> throw ExprRenderer.refuse("constant memory in a kernel");
      case Stmt.DeclBuffer(Buffer buffer, Stmt body) -> render(body);
      case Stmt.Seq(List<Stmt> stmts) -> stmts.forEach(this::scoped);
      case Stmt.Evaluate(Expr value) -> evaluate(value);
      case Stmt.If(Expr condition, Stmt then, Stmt otherwise) -> {
        out.line("if (" + exprs.value(condition).text() + ") {").indent();
        render(then);
        out.dedent();
        if (otherwise != null) {
          out.line("} else {").indent();
          render(otherwise);
          out.dedent();
        }
        out.line("}");
      }
      case Stmt.For loop -> loop(loop);
      case Stmt.While(Expr condition, Stmt body) -> {
        out.line("while (" + exprs.value(condition).text() + ") {").indent();
        render(body);
        out.dedent().line("}");
      }
      case Stmt.Break b -> out.line("break;");
      case Stmt.Continue c -> out.line("continue;");
      case Stmt.ThreadGroup group -> threadGroup(group);
      case Stmt.Block block -> throw ExprRenderer.refuse("the block '" + block.name() + "'");
      case Stmt.BlockRealize realize ->
          throw ExprRenderer.refuse("the block '" + realize.block().name() + "'");
    }
  }

  private void threadGroup(Stmt.ThreadGroup group) {
    String number = dialect.threadNumber();
    if (number == null) {
      throw ExprRenderer.refuse("the thread group '" + group.role() + "'");
    }
    Expr end = analyzer.simplify(Expr.add(group.begin(), group.count()));
    String begin = exprs.value(group.begin()).text();
    out.line("// " + group.role());
    out.line(
        "if ("
            + number
            + " >= "
            + begin
            + " && "
            + number
            + " < "
            + exprs.value(end).text()
            + ") {");
    out.indent();
    render(group.body());
    out.dedent().line("}");
  }

  /** A statement among others: what it declares gets braces, so that names don't meet. */
  private void scoped(Stmt node) {
    boolean declares =
        node instanceof Stmt.Allocate
            || node instanceof Stmt.Let
            || node instanceof Stmt.DeclBuffer;
    if (declares) {
      out.line("{").indent();
    }
    render(node);
    if (declares) {
      out.dedent().line("}");
    }
  }

  /** What is made of sizes and positions does not overflow; what comes from memory may. */
  private Code rendered(Expr value) {
    return value.dtype().isFloat() || ExprRenderer.readsMemory(value)
        ? exprs.value(value)
        : exprs.index(value);
  }

  private void attr(AttrValue about, String key, Expr value, Stmt body) {
    if (about instanceof IterVar iter && key.equals("thread_extent") && iter.thread() != null) {
      out.line(
          "const "
              + dialect.type(iter.var().dtype())
              + " "
              + names.of(iter.var())
              + " = "
              + dialect.threadIndex(iter.thread())
              + ";");
      analyzer.bind(iter.var(), Range.upTo(value));
    }
    render(body);
  }

  private void loop(Stmt.For loop) {
    if (loop.kind() == ForKind.VECTORIZED || loop.kind() == ForKind.THREAD_BINDING) {
      throw ExprRenderer.refuse("the " + loop.kind().text + " loop '" + loop.var().name() + "'");
    }
    if (loop.kind() == ForKind.UNROLLED) {
      out.directive("#pragma unroll");
    }
    String name = names.of(loop.var());
    Expr end = Expr.add(loop.min(), loop.extent());
    out.line(
            "for ("
                + dialect.type(loop.var().dtype())
                + " "
                + name
                + " = "
                + exprs.index(loop.min()).text()
                + "; "
                + name
                + " < "
                + exprs.index(end).at(Code.RELATIONAL + 1)
                + "; ++"
                + name
                + ") {")
        .indent();
    analyzer.bind(loop.var(), new Range(loop.min(), loop.extent()));
    boolean around = isStreaming;
    isStreaming |= StreamingStores.isIn(loop);
    render(loop.body());
    isStreaming = around;
    out.dedent().line("}");
  }

  private void allocate(Stmt.Allocate allocate) {
    Var.PointerType pointer = allocate.data().pointerType();
    Scope scope = pointer == null ? Scope.LOCAL : pointer.scope();
    if (isVariable(allocate)) {
      variables(allocate);
      return;
    }
    // Shared memory is declared at the top of the kernel, by KernelRenderer.
    if (scope.rank() != Scope.Rank.SHARED) {
      out.line(declaration(dialect, names, allocate));
    }
    render(allocate.body());
  }

  private static boolean isVariable(Stmt.Allocate allocate) {
    return allocate.body() instanceof Stmt.DeclBuffer(Buffer buffer, Stmt body)
        && buffer.data().equals(allocate.data())
        && ExprRenderer.isVariable(buffer);
  }

  /** Variables of one type that follow each other share a declaration, eight to a line. */
  private void variables(Stmt.Allocate first) {
    String type = dialect.type(first.dtype());
    List<String> line = new ArrayList<>();
    Stmt body = first;
    while (body instanceof Stmt.Allocate next
        && isVariable(next)
        && next.dtype().equals(first.dtype())
        && next.body() instanceof Stmt.DeclBuffer declared) {
      if (line.size() == 8) {
        out.line(type + " " + String.join(", ", line) + ";");
        line.clear();
      }
      line.add(names.of(next.data()));
      body = declared.body();
    }
    out.line(type + " " + String.join(", ", line) + ";");
    render(body);
  }

  /** The declaration of an array. */
  static String declaration(CDialect dialect, CNames names, Stmt.Allocate allocate) {
    long count = 1;
    for (Expr extent : allocate.extents()) {
      if (!(extent instanceof Expr.IntImm(DType dtype, long value))) {
        throw ExprRenderer.refuse(
            "the array '" + allocate.data().name() + "' of a size that is not constant");
      }
      count *= value;
    }
    Var.PointerType pointer = allocate.data().pointerType();
    Scope scope = pointer == null ? Scope.LOCAL : pointer.scope();
    return dialect.array(allocate.dtype(), scope, names.of(allocate.data()), count);
  }

  private void evaluate(Expr value) {
    if (value instanceof Expr.IntImm) {
      return;
    }
    if (value instanceof Expr.Call call && call.is(Intrinsic.STORAGE_SYNC)) {
      String scope = call.args().get(0) instanceof Expr.StringImm(String text) ? text : "shared";
      out.line(dialect.barrier(scope));
      return;
    }
    out.line(exprs.value(value).text() + ";");
  }

  private void store(Stmt.Store store) {
    if (store.indices().size() != 1) {
      throw ExprRenderer.refuse(
          "a store to '" + store.buffer().name() + "' with " + store.indices().size() + " indices");
    }
    if (store.predicate() != null) {
      throw ExprRenderer.refuse("a masked store to '" + store.buffer().name() + "'");
    }
    Buffer buffer = store.buffer();
    Expr position = store.indices().get(0);
    Expr value = store.value();
    DType stored = value.dtype();
    boolean contiguous =
        !position.dtype().isVector()
            || (position instanceof Expr.Ramp ramp && ramp.stride().isConst(1));
    if (contiguous) {
      Expr source = unconverted(value);
      String converted =
          dialect.storeConverted(
              source.dtype(),
              stored,
              buffer.scope(),
              exprs.element(buffer, position),
              exprs.value(source));
      if (converted != null) {
        out.line(converted);
        return;
      }
    }
    if (!position.dtype().isVector()) {
      out.line(exprs.subscript(buffer, position).text() + " = " + exprs.value(value).text() + ";");
    } else if (contiguous) {
      out.line(vector(store, stored, position));
    } else {
      scatter(buffer, position, value);
    }
  }

  /** The store of a vector of neighbours. */
  private String vector(Stmt.Store store, DType stored, Expr position) {
    Code element = exprs.element(store.buffer(), position);
    Code value = exprs.value(store.value());
    String streamed = isAligned(store.buffer(), position) ? streamed(stored, element, value) : null;
    return streamed == null
        ? dialect.storeVector(stored, store.buffer().scope(), element, value)
        : streamed;
  }

  private @Nullable String streamed(DType stored, Code element, Code value) {
    return dialect.streamVector(stored, element, value, helpers);
  }

  /**
   * Whether a streaming store may be made: the whole vector in one piece, so it lies at a multiple
   * of its size, as buffers in global memory begin.
   */
  private boolean isAligned(Buffer buffer, Expr position) {
    return isStreaming
        && buffer.scope().rank() == Scope.Rank.GLOBAL
        && buffer.elemOffset().isConst(0)
        && position instanceof Expr.Ramp ramp
        && analyzer.proveDivisible(ramp.base(), Expr.imm(ramp.base().dtype(), ramp.lanes()));
  }

  /** What a store converts: the value without its last cast, which may be that of one lane. */
  private static Expr unconverted(Expr value) {
    return switch (value) {
      case Expr.Cast(DType to, Expr inner) -> inner;
      case Expr.Broadcast(Expr.Cast(DType to, Expr inner), int lanes) ->
          new Expr.Broadcast(inner, lanes);
      default -> value;
    };
  }

  private void scatter(Buffer buffer, Expr position, Expr value) {
    String lanes = names.fresh(buffer.name() + "_lanes");
    out.line("{").indent();
    out.line(
        "const "
            + dialect.type(value.dtype())
            + " "
            + lanes
            + " = "
            + exprs.value(value).text()
            + ";");
    int count = position.dtype().lanes();
    for (int lane = 0; lane < count; lane++) {
      out.line(
          exprs.subscript(buffer, exprs.laneOf(position, lane)).text()
              + " = "
              + dialect.lane(Code.primary(lanes), lane, count).text()
              + ";");
    }
    out.dedent().line("}");
  }
}
