package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads statements that hold for a body: the rest of the block that they stand in, or the body of a
 * {@code with}. Each is read to a function from the body to the statement around it.
 */
final class ScopeReader {
  private final Conversions convert;
  private final Bindings bindings;
  private final ExprReader exprs;
  private final BufferReader buffers;

  ScopeReader(Conversions convert, Bindings bindings, ExprReader exprs, BufferReader buffers) {
    this.convert = convert;
    this.bindings = bindings;
    this.exprs = exprs;
    this.buffers = buffers;
  }

  /**
   * Reads a call that opens a scope; null if it is none.
   *
   * @param name what the text calls the thing that the scope brings, if it does
   */
  @Nullable UnaryOperator<Stmt> open(String function, Syntax.Call call, @Nullable String name) {
    return exprs.checked(
        call,
        () ->
            switch (function) {
              case "attr" -> attr(call);
              case "launch_thread" -> launch(call, name);
              case "allocate" -> allocate(call, name);
              case "allocate_const" -> allocateConst(call, name);
              case "decl_buffer" -> declareBuffer(call, name);
              case "LetStmt" -> let(call, name);
              case "let" -> call.args().size() == 2 ? letPair(call) : null;
              case "Assert" -> assertion(call);
              case "thread_group" -> threadGroup(call);
              default -> null;
            });
  }

  private String named(@Nullable String name, Syntax call) {
    if (name == null) {
      throw convert.error(call, "what this makes has no name", "write name = … or … as name");
    }
    return name;
  }

  private UnaryOperator<Stmt> attr(Syntax.Call call) {
    Arguments args = exprs.arguments(call, "attr");
    Value node = args.need("node");
    String key = convert.string(args.need("attr_key"), call);
    Expr value = convert.expr(args.need("value"), call);
    args.done();
    AttrValue about = convert.attr(node, call);
    return body -> new Stmt.Attr(about, key, value, body);
  }

  private UnaryOperator<Stmt> launch(Syntax.Call call, @Nullable String name) {
    Arguments args = exprs.arguments(call, "launch_thread");
    Value thread = args.need("thread");
    Expr extent = convert.expr(args.need("extent"), call);
    args.done();
    Value.ThreadIndex axis =
        thread instanceof Value.ThreadIndex known
            ? known
            : newThread(convert.string(thread, call), extent.dtype(), name);
    if (name != null) {
      bindings.define(name, axis);
    }
    IterVar iter = IterVar.thread(extent, axis.var(), axis.tag());
    return body -> new Stmt.Attr(iter, LaunchThread.key(axis.tag()), extent, body);
  }

  private static Value.ThreadIndex newThread(String text, DType dtype, @Nullable String name) {
    ThreadTag tag = ThreadTag.parse(text);
    return new Value.ThreadIndex(Var.of(name == null ? text.replace('.', '_') : name, dtype), tag);
  }

  private UnaryOperator<Stmt> allocate(Syntax.Call call, @Nullable String name) {
    Arguments args = exprs.arguments(call, "allocate");
    List<Expr> extents = convert.exprs(args.need("extents"), call);
    DType dtype = convert.dtype(args.need("dtype"), call);
    Value scopeValue = args.findSome("scope");
    Value condition = args.findSome("condition");
    Map<String, AttrValue> annotations = convert.attrs(args.find("annotations"), call);
    Value data = args.keyword("var");
    args.done();
    Scope scope = scopeValue == null ? Scope.GLOBAL : Scope.parse(convert.string(scopeValue, call));
    Expr when = condition == null ? Expr.bool(true) : convert.expr(condition, DType.BOOL, call);
    Var pointer = pointer(data, dtype, scope, name, call);
    return body -> new Stmt.Allocate(pointer, dtype, extents, when, annotations, body);
  }

  private Var pointer(
      @Nullable Value data, DType dtype, Scope scope, @Nullable String name, Syntax.Call call) {
    if (data != null) {
      return convert.var(data, call);
    }
    Var pointer = Var.pointer(named(name, call), dtype, scope);
    bindings.define(named(name, call), new Value.Typed(pointer));
    return pointer;
  }

  private UnaryOperator<Stmt> allocateConst(Syntax.Call call, @Nullable String name) {
    Arguments args = exprs.arguments(call, "allocate_const");
    Value valuesValue = args.need("data");
    DType dtype = convert.dtype(args.need("dtype"), call);
    List<Expr> extents = convert.exprs(args.need("extents"), call);
    Value known = args.keyword("var");
    args.done();
    List<Expr> values =
        convert.items(valuesValue).stream().map(item -> convert.expr(item, dtype, call)).toList();
    Var pointer = pointer(known, dtype, Scope.GLOBAL, name, call);
    return body -> new Stmt.AllocateConst(pointer, dtype, extents, values, body);
  }

  /** Without {@code data}, the buffer gets memory of its own. */
  private UnaryOperator<Stmt> declareBuffer(Syntax.Call call, @Nullable String name) {
    Arguments args = exprs.arguments(call, "decl_buffer");
    String bufferName = named(name, call);
    BufferReader.Declared declared = buffers.read(args, bufferName);
    Buffer buffer = declared.buffer();
    bindings.define(bufferName, new Value.BufferValue(buffer));
    return body -> {
      Stmt declaration = new Stmt.DeclBuffer(buffer, body);
      return declared.hasData()
          ? declaration
          : new Stmt.Allocate(
              buffer.data(),
              buffer.dtype(),
              buffer.shape(),
              Expr.bool(true),
              Map.of(),
              declaration);
    };
  }

  private UnaryOperator<Stmt> let(Syntax.Call call, @Nullable String name) {
    Arguments args = exprs.arguments(call, "LetStmt");
    Expr value = convert.expr(args.need("value"), call);
    Value type = args.findSome("dtype");
    Value varValue = args.keyword("var");
    args.done();
    return letOf(letVar(varValue, type, value.dtype(), name, call), value, name);
  }

  private Var letVar(
      @Nullable Value given, @Nullable Value type, DType dtype, @Nullable String name, Syntax at) {
    if (given != null) {
      return convert.var(given, at);
    }
    return type instanceof Value.Typed(Var model)
        ? model.renamed(named(name, at))
        : Var.of(named(name, at), dtype);
  }

  /** {@code T.let(v, value)}. */
  private UnaryOperator<Stmt> letPair(Syntax.Call call) {
    Arguments args = exprs.arguments(call, "let");
    Var v = convert.var(args.need("var"), call);
    Expr value = convert.expr(args.need("value"), v.dtype(), call);
    args.done();
    return letOf(v, value, null);
  }

  /** A variable for the rest, under a name if it has none yet. */
  UnaryOperator<Stmt> letOf(Var v, Expr value, @Nullable String name) {
    if (name != null) {
      bindings.define(name, new Value.Typed(v));
    }
    return body -> new Stmt.Let(v, value, body);
  }

  private UnaryOperator<Stmt> assertion(Syntax.Call call) {
    Arguments args = exprs.arguments(call, "Assert");
    Expr condition = convert.expr(args.need("condition"), call);
    Expr message = convert.expr(args.need("message"), call);
    args.done();
    return body -> new Stmt.Assert(condition, message, body);
  }

  private UnaryOperator<Stmt> threadGroup(Syntax.Call call) {
    Arguments args = exprs.arguments(call, "thread_group");
    String role = convert.string(args.need("role"), call);
    Expr begin = convert.expr(args.need("begin"), call);
    Expr count = convert.expr(args.need("count"), call);
    args.done();
    return body -> new Stmt.ThreadGroup(role, begin, count, body);
  }
}
