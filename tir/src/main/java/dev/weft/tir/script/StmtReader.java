package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads the statements of a function. */
final class StmtReader {
  private final Conversions convert;
  private final Bindings bindings;
  private final ExprReader exprs;
  private final LoopReader loops;
  private final BlockReader blocks;
  private final ScopeReader scopes;
  private final BufferReader buffers;
  private final FunctionHeader header;

  StmtReader(Conversions convert, Bindings bindings, ExprReader exprs, FunctionHeader header) {
    this.convert = convert;
    this.bindings = bindings;
    this.exprs = exprs;
    this.header = header;
    this.buffers = new BufferReader(convert, bindings);
    this.loops = new LoopReader(convert, bindings, exprs);
    this.blocks = new BlockReader(convert, bindings, exprs, loops, buffers);
    this.scopes = new ScopeReader(convert, bindings, exprs, buffers);
  }

  BufferReader buffers() {
    return buffers;
  }

  /**
   * The body of a function, in a root block where it needs one.
   *
   * @param implicitRoot whether blocks outside of any block get one around them
   */
  Stmt function(List<Syntax.Statement> statements, boolean implicitRoot) {
    Stmt body = Stmt.seq(from(statements, 0, true));
    List<Buffer> allocations = blocks.rootAllocations();
    boolean added =
        !allocations.isEmpty() || (implicitRoot && ImplicitRoot.isAdded(allocations, body));
    return added ? ImplicitRoot.around(allocations, body) : body;
  }

  private Stmt body(List<Syntax.Statement> statements) {
    return bindings.scoped(() -> Stmt.seq(from(statements, 0, false)));
  }

  /** Statements up to the one that holds for all that follow it, which takes those as its body. */
  private List<Stmt> from(List<Syntax.Statement> statements, int first, boolean top) {
    List<Stmt> result = new ArrayList<>();
    for (int i = first; i < statements.size(); i++) {
      Syntax.Statement statement = statements.get(i);
      UnaryOperator<Stmt> scope = opened(statement);
      if (scope != null) {
        Stmt rest = Stmt.seq(from(statements, i + 1, false));
        result.add(exprs.checked(statement, () -> scope.apply(rest)));
        return result;
      }
      boolean alone = top && result.isEmpty() && i == statements.size() - 1;
      Stmt stmt = exprs.checked(statement, () -> read(statement, alone));
      if (stmt != null) {
        result.add(stmt);
      }
    }
    return result;
  }

  /** The name of the script function that an expression calls; null if it is no such call. */
  private @Nullable String called(Syntax.Expression e) {
    return e instanceof Syntax.Call call
            && exprs.value(call.function()) instanceof Value.Builtin(String name)
        ? name
        : null;
  }

  /** Reads a statement that holds for the rest of its block; null if this is none. */
  private @Nullable UnaryOperator<Stmt> opened(Syntax.Statement statement) {
    return switch (statement) {
      case Syntax.ExpressionStatement(_, Syntax.Call call) -> {
        String function = called(call);
        yield function == null ? null : scopes.open(function, call, null);
      }
      case Syntax.Assign(_, Syntax.Name(_, String name), Syntax.Expression value) ->
          assigned(name, value);
      case Syntax.Annotated annotated -> annotated(annotated);
      case Syntax.Assert(_, var condition, var message) -> {
        Expr test = exprs.condition(condition);
        Expr text = message == null ? new Expr.StringImm("") : exprs.expr(message);
        yield body -> new Stmt.Assert(test, text, body);
      }
      case Syntax.ExpressionStatement _,
          Syntax.Assign _,
          Syntax.Augmented _,
          Syntax.For _,
          Syntax.While _,
          Syntax.If _,
          Syntax.With _,
          Syntax.Return _,
          Syntax.Pass _,
          Syntax.Break _,
          Syntax.Continue _,
          Syntax.Import _,
          Syntax.Def _,
          Syntax.ClassDef _ ->
          null;
    };
  }

  private @Nullable UnaryOperator<Stmt> assigned(String name, Syntax.Expression value) {
    String function = called(value);
    if (function != null && value instanceof Syntax.Call call) {
      UnaryOperator<Stmt> scope = scopes.open(function, call, name);
      if (scope != null) {
        return scope;
      }
      if (isDeclaration(function)) {
        return null;
      }
    }
    Value known = exprs.value(value);
    boolean computed =
        known instanceof Value.Typed(Expr expr)
            && !(expr instanceof Var)
            && !(expr instanceof Expr.StringImm);
    if (computed && !isMeta(function)) {
      Expr expr = convert.expr(known, value);
      return scopes.letOf(Var.of(name, expr.dtype()), expr, name);
    }
    return null;
  }

  private static boolean isMeta(@Nullable String function) {
    return function != null && function.equals("meta_var");
  }

  /** {@code x: T.int32 = value}. */
  private @Nullable UnaryOperator<Stmt> annotated(Syntax.Annotated annotated) {
    String name = annotated.target().name();
    Var v = header.typed(annotated.type(), name);
    Syntax.Expression given = annotated.value();
    if (given == null) {
      bindings.define(name, new Value.Typed(v));
      return null;
    }
    Expr value =
        exprs.checked(
            annotated,
            () -> v.dtype().isHandle() ? exprs.expr(given) : exprs.expr(given, v.dtype()));
    return scopes.letOf(v, value, name);
  }

  private static boolean isDeclaration(String function) {
    return switch (function) {
      case "alloc_buffer",
          "sblock_alloc_buffer",
          "match_buffer",
          "Buffer",
          "buffer_decl",
          "env_thread" ->
          true;
      default -> function.startsWith("axis.");
    };
  }

  private @Nullable Stmt read(Syntax.Statement statement, boolean alone) {
    return switch (statement) {
      case Syntax.ExpressionStatement(_, var value) -> expression(value);
      case Syntax.Assign assign -> assign(assign);
      case Syntax.Augmented augmented -> augmented(augmented);
      case Syntax.For loop -> loops.loop(loop, () -> Stmt.seq(from(loop.body(), 0, false)));
      case Syntax.While(_, var condition, var body) ->
          new Stmt.While(exprs.condition(condition), body(body));
      case Syntax.If conditional -> conditional(conditional);
      case Syntax.With with -> with(with, alone);
      case Syntax.Return(_, var value) -> value == null ? null : returned(exprs.expr(value));
      case Syntax.Pass _, Syntax.Annotated _ -> null;
      case Syntax.Break _ -> new Stmt.Break();
      case Syntax.Continue _ -> new Stmt.Continue();
      case Syntax.Import _ -> null;
      case Syntax.Assert _ -> throw new IllegalStateException("an assert opens a scope");
      case Syntax.Def _, Syntax.ClassDef _ ->
          throw convert.error(
              statement, "a definition within a function", "define it outside the function");
    };
  }

  private static Stmt returned(Expr value) {
    return new Stmt.Evaluate(Expr.Call.of(value.dtype(), Intrinsic.RET, value));
  }

  private @Nullable Stmt conditional(Syntax.If conditional) {
    Value condition = exprs.value(conditional.condition());
    if (condition instanceof Value.PyBool(boolean known)) {
      List<Syntax.Statement> chosen = known ? conditional.then() : conditional.otherwise();
      return chosen == null ? null : body(chosen);
    }
    return new Stmt.If(
        exprs.condition(conditional.condition()),
        body(conditional.then()),
        conditional.otherwise() == null ? null : body(conditional.otherwise()));
  }

  private @Nullable Stmt with(Syntax.With with, boolean alone) {
    String function = called(with.context());
    if (function == null || !(with.context() instanceof Syntax.Call call)) {
      throw convert.error(with, "this opens nothing", "expected a call such as T.block(\"name\")");
    }
    if (BlockReader.isBlock(function)) {
      return blocks.block(call, () -> Stmt.seq(from(with.body(), 0, false)), alone);
    }
    if (function.equals("init")) {
      blocks.init(with, () -> Stmt.seq(from(with.body(), 0, false)));
      return null;
    }
    String name = with.name() instanceof Syntax.Name(_, String text) ? text : null;
    return bindings.scoped(
        () -> {
          UnaryOperator<Stmt> scope = scopes.open(function, call, name);
          if (scope == null) {
            throw convert.error(
                with,
                "T." + function + " opens no scope",
                "expected T.block, T.init, T.launch_thread, T.attr, T.allocate, T.decl_buffer,"
                    + " T.LetStmt, T.Assert or T.thread_group");
          }
          return scope.apply(Stmt.seq(from(with.body(), 0, false)));
        });
  }

  /** A call for its effect, or something said about the function or block. */
  private @Nullable Stmt expression(Syntax.Expression e) {
    if (e instanceof Syntax.StringLiteral) {
      return null;
    }
    if (e instanceof Syntax.Call call) {
      Value function = exprs.value(call.function());
      if (function instanceof Value.Method(Value.BufferValue(Buffer buffer), String name)
          && name.equals("vstore")) {
        return vstore(buffer, call);
      }
      if (function instanceof Value.Builtin(String name)) {
        if (blocks.statement(name, call) || header.statement(name, call)) {
          return null;
        }
        Stmt stmt = effect(name, call);
        if (stmt != null) {
          return stmt;
        }
        if (name.equals("evaluate")) {
          Stmt jump = call.args().isEmpty() ? null : jump(call.args().get(0));
          if (jump != null) {
            return jump;
          }
          Arguments args = exprs.arguments(call, name);
          Expr value = convert.expr(args.need("value"), call);
          args.done();
          return new Stmt.Evaluate(value);
        }
      }
      return new Stmt.Evaluate(exprs.expr(e));
    }
    throw convert.error(
        e, "this has no effect", "expected a statement; for a value alone write T.evaluate(…)");
  }

  /** Calls that are statements of their own; null for others. */
  private @Nullable Stmt effect(String name, Syntax.Call call) {
    return switch (name) {
      case "buffer_store", "BufferStore" -> {
        Arguments args = exprs.arguments(call, name);
        Buffer buffer = convert.buffer(args.need("buffer"), call);
        Value value = args.need("value");
        List<Expr> indices = convert.exprs(args.need("indices"), call);
        Value predicate = args.findSome("predicate");
        args.done();
        DType dtype = new Expr.Load(buffer, indices).dtype();
        yield new Stmt.Store(
            buffer,
            convert.expr(value, dtype, call),
            indices,
            predicate == null ? null : convert.expr(predicate, call));
      }
      case "block", "sblock", "init", "launch_thread", "thread_group" ->
          throw convert.error(
              call,
              "T." + name + " opens a scope",
              "write with T." + name + "(…): before its body");
      default -> jump(call);
    };
  }

  /** {@code T.break_loop()} and {@code T.continue_loop()}; null for others. */
  private @Nullable Stmt jump(Syntax.Expression e) {
    String function = called(e);
    if (function == null) {
      return null;
    }
    return switch (function) {
      case "break_loop" -> new Stmt.Break();
      case "continue_loop" -> new Stmt.Continue();
      default -> null;
    };
  }

  private Stmt vstore(Buffer buffer, Syntax.Call call) {
    Arguments args = exprs.arguments(call, "vstore");
    List<Expr> indices = convert.exprs(args.need("begin"), call);
    Value value = args.need("value");
    Value predicate = args.findSome("predicate");
    args.done();
    if (!Conversions.isPlain(value)) {
      indices = Slices.widened(buffer, indices, convert.expr(value, call).dtype().lanes());
    }
    DType dtype = new Expr.Load(buffer, indices).dtype();
    return new Stmt.Store(
        buffer,
        convert.expr(value, dtype, call),
        indices,
        predicate == null ? null : convert.expr(predicate, call));
  }

  private @Nullable Stmt assign(Syntax.Assign assign) {
    Syntax.Expression target = assign.target();
    if (target instanceof Syntax.Subscript subscript) {
      Buffer buffer = buffer(subscript);
      List<Expr> indices = exprs.indices(buffer, subscript);
      return store(buffer, indices, exprs.value(assign.value()), assign);
    }
    String function = called(assign.value());
    if (function != null
        && assign.value() instanceof Syntax.Call call
        && declared(target, function, call)) {
      return null;
    }
    if (target instanceof Syntax.Tuple(_, var targets)
        && assign.value() instanceof Syntax.Tuple(_, var values)
        && targets.size() == values.size()) {
      // One by one, so that n, m = T.int32(), T.int32() names its variables.
      List<Value> read = new ArrayList<>();
      for (int i = 0; i < targets.size(); i++) {
        String made = called(values.get(i));
        Value value = exprs.value(values.get(i));
        read.add(
            made != null && targets.get(i) instanceof Syntax.Name(_, String name)
                ? named(made, value, name)
                : value);
      }
      define(target, new Value.Items(read));
      return null;
    }
    define(target, exprs.value(assign.value()));
    return null;
  }

  /** A variable or thread index made by a call is called as the text calls it. */
  private static Value named(String function, Value made, String name) {
    return switch (made) {
      case Value.Typed(Var v) when CallReader.dtype(function) != null || isVar(function) ->
          new Value.Typed(v.renamed(name));
      case Value.ThreadIndex(Var v, var tag) when function.equals("env_thread") ->
          new Value.ThreadIndex(v.renamed(name), tag);
      default -> made;
    };
  }

  private Buffer buffer(Syntax.Subscript subscript) {
    Value base = exprs.value(subscript.base());
    if (base instanceof Value.BufferValue(Buffer buffer)) {
      return buffer;
    }
    throw convert.error(
        subscript.base(), base.described() + " can't be stored to", "expected a buffer");
  }

  /** A store; numbers take the buffer's type, other values are converted to it. */
  private Stmt store(Buffer buffer, List<Expr> indices, Value value, Syntax at) {
    DType dtype = new Expr.Load(buffer, indices).dtype();
    Expr typed = convert.expr(value, dtype, at);
    if (!typed.dtype().equals(dtype)) {
      typed = Expr.cast(dtype, typed);
    }
    return new Stmt.Store(buffer, typed, indices);
  }

  private Stmt augmented(Syntax.Augmented augmented) {
    if (!(augmented.target() instanceof Syntax.Subscript subscript)) {
      throw convert.error(
          augmented.target(), "variables don't change", "expected an element, as A[i] += value");
    }
    Buffer buffer = buffer(subscript);
    List<Expr> indices = exprs.indices(buffer, subscript);
    Syntax.Expression sum =
        new Syntax.Operation(augmented.at(), augmented.operator(), subscript, augmented.value());
    return store(buffer, indices, exprs.value(sum), augmented);
  }

  /** Reads {@code name = T.alloc_buffer(…)} and the like; false if the call declares nothing. */
  private boolean declared(Syntax.Expression target, String function, Syntax.Call call) {
    if (function.startsWith("axis.")) {
      List<Syntax.Expression> targets =
          target instanceof Syntax.Tuple(_, List<Syntax.Expression> items)
              ? items
              : List.of(target);
      blocks.axes(targets, function.substring("axis.".length()), call);
      return true;
    }
    if (!(target instanceof Syntax.Name(_, String name))) {
      return false;
    }
    switch (function) {
      case "alloc_buffer", "sblock_alloc_buffer" -> blocks.allocation(name, call);
      case "match_buffer" -> matchBuffer(name, call);
      case "Buffer", "buffer_decl" -> {
        Arguments args = exprs.arguments(call, function);
        bindings.define(name, new Value.BufferValue(buffers.read(args, name).buffer()));
      }
      default -> bindings.define(name, named(function, exprs.value(call), name));
    }
    return true;
  }

  private static boolean isVar(String function) {
    return function.equals("var") || function.equals("Var") || function.equals("SizeVar");
  }

  private void matchBuffer(String name, Syntax.Call call) {
    if (call.args().isEmpty()) {
      throw convert.error(call, "T.match_buffer matches nothing", "give a parameter or region");
    }
    Syntax.Call declaration =
        new Syntax.Call(
            call.at(),
            call.function(),
            call.args().subList(1, call.args().size()),
            call.keywords());
    if (call.args().get(0) instanceof Syntax.Name param
        && exprs.value(param) instanceof Value.Typed(Var v)) {
      Arguments args = exprs.arguments(declaration, "match_buffer");
      Buffer buffer = buffers.read(args, name).buffer();
      header.match(v, buffer, param);
      bindings.define(name, new Value.BufferValue(buffer));
    } else {
      blocks.view(name, call, declaration);
    }
  }

  private void define(Syntax.Expression target, Value value) {
    if (target instanceof Syntax.Name(_, String name)) {
      bindings.define(name, value);
      return;
    }
    if (target instanceof Syntax.Tuple(_, List<Syntax.Expression> targets)) {
      List<Value> values = convert.items(value);
      if (values.size() != targets.size()) {
        throw convert.error(
            target, targets.size() + " names for " + values.size() + " values", "give as many");
      }
      for (int i = 0; i < targets.size(); i++) {
        define(targets.get(i), values.get(i));
      }
      return;
    }
    throw convert.error(target, "this can't be assigned to", "expected a name or an element");
  }
}
