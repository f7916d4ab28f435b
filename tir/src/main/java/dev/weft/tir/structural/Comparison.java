package dev.weft.tir.structural;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.CommReducer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One comparison under way: what is bound to what, the path, the first mismatch. */
final class Comparison {
  private final StructuralEqual.Options options;

  /** Whether variables that are met for the first time are declared by being met. */
  private boolean declares;

  private final Correspondence names = new Correspondence();
  private final Deque<String> path = new ArrayDeque<>();
  private @Nullable Mismatch mismatch;

  Comparison(StructuralEqual.Options options) {
    this.options = options;
  }

  Optional<Mismatch> result(boolean equal) {
    return equal ? Optional.empty() : Optional.of(Objects.requireNonNull(mismatch));
  }

  boolean function(PrimFunc a, PrimFunc b) {
    if (!same("number of parameters", a.params().size(), b.params().size())) {
      return false;
    }
    for (int i = 0; i < a.params().size(); i++) {
      Var x = a.params().get(i);
      Var y = b.params().get(i);
      if (!at("params[" + i + "]", () -> bind(x, y))) {
        return false;
      }
    }
    for (int i = 0; i < a.params().size(); i++) {
      Buffer x = a.bufferMap().get(a.params().get(i));
      Buffer y = b.bufferMap().get(b.params().get(i));
      boolean equal =
          (x == null || y == null)
              ? same("buffer of parameter " + i, x == null, y == null)
              : at("params[" + i + "].buffer", () -> define(x, y, true));
      if (!equal) {
        return false;
      }
    }
    return annotations("attrs", a.attrs(), b.attrs()) && at("body", () -> stmt(a.body(), b.body()));
  }

  /** Compares whole expressions; tries their canonical forms where they differ as they stand. */
  boolean expr(Expr a, Expr b) {
    UnaryOperator<Expr> canonicalise = options.canonicalise();
    if (canonicalise == null) {
      return node(a, b);
    }
    Mismatch before = mismatch;
    if (node(a, b)) {
      return true;
    }
    if (!a.dtype().equals(b.dtype())) {
      return false;
    }
    Expr x = canonicalise.apply(names.renamed(a));
    Expr y = canonicalise.apply(b);
    boolean equal = new Comparison(StructuralEqual.Options.STRICT).node(x, y);
    if (!equal && a.dtype().isInt() && a.dtype().lanes() == 1) {
      equal = canonicalise.apply(Expr.sub(x, y)).isConst(0);
    }
    if (equal) {
      mismatch = before;
    }
    return equal;
  }

  private boolean node(Expr a, Expr b) {
    return switch (a) {
      case Var x -> b instanceof Var y ? use(x, y) : fail("node", a, b);
      case Expr.IntImm x ->
          b instanceof Expr.IntImm y
              ? same("dtype", x.dtype(), y.dtype()) && same("constant", x.value(), y.value())
              : fail("node", a, b);
      case Expr.FloatImm x ->
          b instanceof Expr.FloatImm y
              ? same("dtype", x.dtype(), y.dtype()) && same("constant", x.value(), y.value())
              : fail("node", a, b);
      case Expr.StringImm x ->
          b instanceof Expr.StringImm y ? same("string", x.value(), y.value()) : fail("node", a, b);
      case Expr.Cast x ->
          b instanceof Expr.Cast y
              ? same("dtype", x.dtype(), y.dtype()) && nodeAt("value", x.value(), y.value())
              : fail("node", a, b);
      case Expr.Binary x ->
          b instanceof Expr.Binary y
              ? same("operation", x.op(), y.op())
                  && nodeAt("a", x.a(), y.a())
                  && nodeAt("b", x.b(), y.b())
              : fail("node", a, b);
      case Expr.Not x ->
          b instanceof Expr.Not y ? nodeAt("value", x.value(), y.value()) : fail("node", a, b);
      case Expr.Select x ->
          b instanceof Expr.Select y
              ? nodeAt("condition", x.condition(), y.condition())
                  && nodeAt("ifTrue", x.ifTrue(), y.ifTrue())
                  && nodeAt("ifFalse", x.ifFalse(), y.ifFalse())
              : fail("node", a, b);
      case Expr.Load x ->
          b instanceof Expr.Load y
              ? at("buffer", () -> use(x.buffer(), y.buffer()))
                  && list("indices", x.indices(), y.indices(), this::node)
                  && optional("predicate", x.predicate(), y.predicate(), this::node)
              : fail("node", a, b);
      case Expr.Ramp x ->
          b instanceof Expr.Ramp y
              ? same("lanes", x.lanes(), y.lanes())
                  && nodeAt("base", x.base(), y.base())
                  && nodeAt("stride", x.stride(), y.stride())
              : fail("node", a, b);
      case Expr.Broadcast x ->
          b instanceof Expr.Broadcast y
              ? same("lanes", x.lanes(), y.lanes()) && nodeAt("value", x.value(), y.value())
              : fail("node", a, b);
      case Expr.Let x ->
          b instanceof Expr.Let y
              ? nodeAt("value", x.value(), y.value())
                  && at("var", () -> bind(x.var(), y.var()))
                  && names.within(() -> nodeAt("body", x.body(), y.body()), x.var(), y.var())
              : fail("node", a, b);
      case Expr.Shuffle x ->
          b instanceof Expr.Shuffle y
              ? list("vectors", x.vectors(), y.vectors(), this::node)
                  && list("positions", x.positions(), y.positions(), this::node)
              : fail("node", a, b);
      case Expr.Call x ->
          b instanceof Expr.Call y
              ? same("callee", x.callee(), y.callee())
                  && same("dtype", x.dtype(), y.dtype())
                  && list("args", x.args(), y.args(), this::node)
              : fail("node", a, b);
    };
  }

  private boolean nodeAt(String step, Expr a, Expr b) {
    return at(step, () -> node(a, b));
  }

  private boolean exprAt(String step, Expr a, Expr b) {
    return at(step, () -> expr(a, b));
  }

  boolean stmt(Stmt left, Stmt right) {
    Stmt a = written(left);
    Stmt b = written(right);
    return switch (a) {
      case Stmt.Let x ->
          b instanceof Stmt.Let y
              ? exprAt("value", x.value(), y.value())
                  && at("var", () -> bind(x.var(), y.var()))
                  && stmtAt("body", x.body(), y.body())
              : fail("node", a, b);
      case Stmt.Attr x -> b instanceof Stmt.Attr y ? attr(x, y) : fail("node", a, b);
      case Stmt.Assert x ->
          b instanceof Stmt.Assert y
              ? exprAt("condition", x.condition(), y.condition())
                  && exprAt("message", x.message(), y.message())
                  && stmtAt("body", x.body(), y.body())
              : fail("node", a, b);
      case Stmt.Store x ->
          b instanceof Stmt.Store y
              ? at("buffer", () -> use(x.buffer(), y.buffer()))
                  && list("indices", x.indices(), y.indices(), this::expr)
                  && exprAt("value", x.value(), y.value())
                  && optional("predicate", x.predicate(), y.predicate(), this::expr)
              : fail("node", a, b);
      case Stmt.Allocate x ->
          b instanceof Stmt.Allocate y
              ? same("dtype", x.dtype(), y.dtype())
                  && list("extents", x.extents(), y.extents(), this::expr)
                  && exprAt("condition", x.condition(), y.condition())
                  && annotations("annotations", x.annotations(), y.annotations())
                  && at("data", () -> bind(x.data(), y.data()))
                  && stmtAt("body", x.body(), y.body())
              : fail("node", a, b);
      case Stmt.AllocateConst x ->
          b instanceof Stmt.AllocateConst y
              ? same("dtype", x.dtype(), y.dtype())
                  && list("extents", x.extents(), y.extents(), this::expr)
                  && list("values", x.values(), y.values(), this::expr)
                  && at("data", () -> bind(x.data(), y.data()))
                  && stmtAt("body", x.body(), y.body())
              : fail("node", a, b);
      case Stmt.DeclBuffer x ->
          b instanceof Stmt.DeclBuffer y
              ? at("buffer", () -> define(x.buffer(), y.buffer(), false))
                  && stmtAt("body", x.body(), y.body())
              : fail("node", a, b);
      case Stmt.Seq x ->
          b instanceof Stmt.Seq y
              ? list("stmts", x.stmts(), y.stmts(), this::stmt)
              : fail("node", a, b);
      case Stmt.Evaluate x ->
          b instanceof Stmt.Evaluate y ? exprAt("value", x.value(), y.value()) : fail("node", a, b);
      case Stmt.If x ->
          b instanceof Stmt.If y
              ? exprAt("condition", x.condition(), y.condition())
                  && stmtAt("then", x.then(), y.then())
                  && optional("otherwise", x.otherwise(), y.otherwise(), this::stmt)
              : fail("node", a, b);
      case Stmt.For x -> b instanceof Stmt.For y ? loop(x, y) : fail("node", a, b);
      case Stmt.While x ->
          b instanceof Stmt.While y
              ? exprAt("condition", x.condition(), y.condition())
                  && stmtAt("body", x.body(), y.body())
              : fail("node", a, b);
      case Stmt.Break _ -> b instanceof Stmt.Break || fail("node", a, b);
      case Stmt.Continue _ -> b instanceof Stmt.Continue || fail("node", a, b);
      case Stmt.ThreadGroup x ->
          b instanceof Stmt.ThreadGroup y
              ? same("role", x.role(), y.role())
                  && exprAt("begin", x.begin(), y.begin())
                  && exprAt("count", x.count(), y.count())
                  && stmtAt("body", x.body(), y.body())
              : fail("node", a, b);
      case Stmt.Block x -> b instanceof Stmt.Block y ? block(x, y) : fail("node", a, b);
      case Stmt.BlockRealize x ->
          b instanceof Stmt.BlockRealize y
              ? list("iterValues", x.iterValues(), y.iterValues(), this::expr)
                  && exprAt("predicate", x.predicate(), y.predicate())
                  && stmtAt("block", x.block(), y.block())
              : fail("node", a, b);
    };
  }

  private boolean stmtAt(String step, Stmt a, Stmt b) {
    return at(step, () -> stmt(a, b));
  }

  /** A statement as it is written: sequences in sequences, and of one statement, don't show. */
  private static Stmt written(Stmt stmt) {
    if (!(stmt instanceof Stmt.Seq seq)) {
      return stmt;
    }
    List<Stmt> flat = flat(seq);
    return flat.size() == 1 ? flat.get(0) : new Stmt.Seq(flat);
  }

  private static List<Stmt> flat(Stmt.Seq seq) {
    List<Stmt> flat = new ArrayList<>();
    for (Stmt stmt : seq.stmts()) {
      if (stmt instanceof Stmt.Seq inner) {
        flat.addAll(flat(inner));
      } else {
        flat.add(stmt);
      }
    }
    return flat;
  }

  private boolean loop(Stmt.For a, Stmt.For b) {
    return same("loop kind", a.kind(), b.kind())
        && same("thread axis", String.valueOf(a.thread()), String.valueOf(b.thread()))
        && exprAt("min", a.min(), b.min())
        && exprAt("extent", a.extent(), b.extent())
        && annotations("annotations", a.annotations(), b.annotations())
        && at("var", () -> bind(a.var(), b.var(), new Range(b.min(), b.extent())))
        && stmtAt("body", a.body(), b.body());
  }

  /** A thread index is bound by the attribute that launches it, unless an outer one did so. */
  private boolean attr(Stmt.Attr a, Stmt.Attr b) {
    return same("key", a.key(), b.key())
        && at(
            "node",
            () ->
                (a.node() instanceof IterVar x
                        && b.node() instanceof IterVar y
                        && !names.knows(x.var(), y.var()))
                    ? axis(x, y)
                    : value(a.node(), b.node()))
        && exprAt("value", a.value(), b.value())
        && stmtAt("body", a.body(), b.body());
  }

  private boolean block(Stmt.Block a, Stmt.Block b) {
    return list("iterVars", a.iterVars(), b.iterVars(), this::axis)
        && list("allocBuffers", a.allocBuffers(), b.allocBuffers(), (x, y) -> define(x, y, false))
        && list("matchBuffers", a.matchBuffers(), b.matchBuffers(), this::match)
        && list("reads", a.reads(), b.reads(), this::region)
        && list("writes", a.writes(), b.writes(), this::region)
        && annotations("annotations", a.annotations(), b.annotations())
        && optional("init", a.init(), b.init(), this::stmt)
        && stmtAt("body", a.body(), b.body());
  }

  private boolean axis(IterVar a, IterVar b) {
    return same("axis kind", a.kind(), b.kind())
        && same("thread axis", String.valueOf(a.thread()), String.valueOf(b.thread()))
        && range(a.dom(), b.dom())
        && bind(a.var(), b.var(), b.dom());
  }

  private boolean match(MatchBufferRegion a, MatchBufferRegion b) {
    return at("source", () -> region(a.source(), b.source()))
        && at("buffer", () -> define(a.buffer(), b.buffer(), true));
  }

  private boolean region(BufferRegion a, BufferRegion b) {
    return use(a.buffer(), b.buffer()) && list("region", a.region(), b.region(), this::range);
  }

  private boolean range(Range a, Range b) {
    return exprAt("min", a.min(), b.min()) && exprAt("extent", a.extent(), b.extent());
  }

  boolean annotations(String step, Map<String, AttrValue> a, Map<String, AttrValue> b) {
    if (!a.keySet().equals(b.keySet())) {
      return at(step, () -> fail("keys", a.keySet(), b.keySet()));
    }
    for (Map.Entry<String, AttrValue> entry : a.entrySet()) {
      AttrValue other = Objects.requireNonNull(b.get(entry.getKey()));
      if (!at(step + "[" + entry.getKey() + "]", () -> value(entry.getValue(), other))) {
        return false;
      }
    }
    return true;
  }

  boolean value(AttrValue a, AttrValue b) {
    return switch (a) {
      case Expr x -> b instanceof Expr y ? expr(x, y) : fail("value", a, b);
      case AttrValue.Items x ->
          b instanceof AttrValue.Items y
              ? list("items", x.values(), y.values(), this::value)
              : fail("value", a, b);
      case AttrValue.Entries x ->
          b instanceof AttrValue.Entries y
              ? annotations("entries", x.values(), y.values())
              : fail("value", a, b);
      case IterVar x ->
          b instanceof IterVar y
              ? same("axis kind", x.kind(), y.kind())
                  && same("thread axis", String.valueOf(x.thread()), String.valueOf(y.thread()))
                  && range(x.dom(), y.dom())
                  && use(x.var(), y.var())
              : fail("value", a, b);
      case Buffer x -> b instanceof Buffer y ? use(x, y) : fail("value", a, b);
      case IndexMap x ->
          b instanceof IndexMap y
              ? list("inputs", x.inputs(), y.inputs(), this::bind)
                  && list("outputs", x.outputs(), y.outputs(), this::expr)
              : fail("value", a, b);
      case CommReducer x ->
          b instanceof CommReducer y
              ? list("left", x.left(), y.left(), this::bind)
                  && list("right", x.right(), y.right(), this::bind)
                  && list("results", x.results(), y.results(), this::expr)
                  && list("identity", x.identity(), y.identity(), this::expr)
              : fail("value", a, b);
    };
  }

  /**
   * Two buffers at the place that declares them.
   *
   * @param symbols whether unknown variables in the shape are declared here too, within larger
   *     expressions as well, as variables that are a stride or the offset always are
   */
  boolean define(Buffer a, Buffer b, boolean symbols) {
    BiPredicate<Expr, Expr> part =
        (x, y) ->
            (x instanceof Var v && y instanceof Var w && !names.knows(v, w))
                ? bind(v, w)
                : expr(x, y);
    return same("dtype", a.dtype(), b.dtype())
        && same("scope", a.scope(), b.scope())
        && (symbols
            ? declaring(() -> list("shape", a.shape(), b.shape(), part))
            : list("shape", a.shape(), b.shape(), this::expr))
        && list("strides", a.strides(), b.strides(), part)
        && at("elemOffset", () -> part.test(a.elemOffset(), b.elemOffset()))
        && same("alignment", a.alignment(), b.alignment())
        && same("offset factor", a.offsetFactor(), b.offsetFactor())
        && same("axis separators", a.axisSeparators(), b.axisSeparators())
        && at(
            "data",
            () ->
                names.knows(a.data(), b.data())
                    ? use(a.data(), b.data())
                    : bind(a.data(), b.data()))
        && names.bind(a, b);
  }

  /** Compares with variables that are met for the first time counting as declared there. */
  private boolean declaring(BooleanSupplier comparison) {
    boolean before = declares;
    declares = true;
    boolean equal = comparison.getAsBoolean();
    declares = before;
    return equal;
  }

  private boolean use(Buffer a, Buffer b) {
    if (names.knows(a, b)) {
      return names.agree(a, b) || fail("buffer", a, b);
    }
    if (options.mapFreeVars()) {
      return define(a, b, true);
    }
    // A view that nothing declares is known by the pointer that it is a view of.
    if (names.knows(a.data(), b.data())) {
      return define(a, b, false);
    }
    return a == b || fail("free buffer", a, b);
  }

  private boolean use(Var a, Var b) {
    if (names.knows(a, b)) {
      return names.agree(a, b) || fail("variable", a, b);
    }
    if (options.mapFreeVars() || declares) {
      return bind(a, b);
    }
    return a == b || fail("free variable", a, b);
  }

  private boolean bind(Var a, Var b) {
    return same("dtype", a.dtype(), b.dtype())
        && same("pointer type", String.valueOf(a.pointerType()), String.valueOf(b.pointerType()))
        && names.bind(a, b);
  }

  private boolean bind(Var a, Var b, Range range) {
    BiConsumer<Var, Range> listener = options.onBind();
    if (listener != null) {
      listener.accept(b, range);
    }
    return bind(a, b);
  }

  private <T> boolean list(String step, List<T> a, List<T> b, BiPredicate<T, T> equal) {
    if (a.size() != b.size()) {
      return at(step, () -> fail("count", a.size(), b.size()));
    }
    for (int i = 0; i < a.size(); i++) {
      T x = a.get(i);
      T y = b.get(i);
      if (!at(step + "[" + i + "]", () -> equal.test(x, y))) {
        return false;
      }
    }
    return true;
  }

  private <T> boolean optional(String step, @Nullable T a, @Nullable T b, BiPredicate<T, T> equal) {
    return (a == null || b == null)
        ? a == b || at(step, () -> fail("presence", String.valueOf(a), String.valueOf(b)))
        : at(step, () -> equal.test(a, b));
  }

  private boolean same(String what, Object a, Object b) {
    return a.equals(b) || fail(what, a, b);
  }

  private boolean at(String step, BooleanSupplier equal) {
    path.addLast(step);
    boolean result = equal.getAsBoolean();
    path.removeLast();
    return result;
  }

  private boolean fail(String reason, Object a, Object b) {
    mismatch = new Mismatch(String.join(".", path), reason, a, b);
    return false;
  }
}
