package dev.weft.tir.schedule.primitive;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a block computes what a tensor intrinsic describes: loop for loop, block for block, with
 * the description's buffers standing for parts of the block's buffers. Operands are compared in
 * their order; indices are equal if that can be proven.
 */
final class IntrinMatch {
  /** A difference; says what was expected, what was found, and where. */
  static final class Differs extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Differs(String what) {
      super(what, null, false, false);
    }
  }

  private final Analyzer analyzer;
  private final Map<Var, Expr> vars = new HashMap<>();
  private final Map<Buffer, Buffer> buffers = new HashMap<>();
  private final Map<Buffer, List<Expr>> bases = new HashMap<>();
  private final Deque<String> path = new ArrayDeque<>();

  private IntrinMatch(Analyzer analyzer) {
    this.analyzer = analyzer;
  }

  /**
   * Compares a block in its place with a description.
   *
   * @param analyzer what knows the loops and axes around the block
   * @throws Differs if they are not the same
   */
  static IntrinMatch of(Stmt.BlockRealize found, PrimFunc description, Analyzer analyzer) {
    IntrinMatch match = new IntrinMatch(analyzer);
    if (!(description.body() instanceof Stmt.BlockRealize(var _, var predicate, var block))) {
      throw new IllegalArgumentException("a description is a block");
    }
    match.at("predicate", () -> match.same(found.predicate(), predicate));
    match.scope(found.block(), block);
    return match;
  }

  /** The buffer that a buffer of the description stands for. */
  @Nullable Buffer bufferFor(Buffer described) {
    return buffers.get(described);
  }

  /** Where the part of a found buffer begins that the description is about. */
  List<Expr> base(Buffer found) {
    return Objects.requireNonNull(bases.get(found));
  }

  // Reports.

  private void at(String place, Runnable comparison) {
    path.addLast(place);
    comparison.run();
    path.removeLast();
  }

  private Differs differs(String what, Object expected, Object found) {
    String where = path.isEmpty() ? "" : " (in " + String.join(" > ", path) + ")";
    return new Differs(what + ": expected " + text(expected) + ", found " + text(found) + where);
  }

  private static String text(Object value) {
    return switch (value) {
      case Expr e -> TvmScript.print(e);
      case BufferRegion region ->
          region.buffer().name()
              + region.region().stream()
                  .map(range -> text(range))
                  .collect(Collectors.joining(", ", "[", "]"));
      case Range range ->
          range.isPoint()
              ? text(range.min())
              : text(range.min()) + ":" + text(Expr.add(range.min(), range.extent()));
      case List<?> list ->
          list.stream().map(IntrinMatch::text).collect(Collectors.joining(", ", "[", "]"));
      default -> value.toString();
    };
  }

  private void require(boolean condition, String what, Object expected, Object found) {
    if (!condition) {
      throw differs(what, expected, found);
    }
  }

  // Blocks.

  private void scope(Stmt.Block found, Stmt.Block described) {
    require(found.matchBuffers().isEmpty(), "views of buffers", "none", "a match_buffer");
    regions("writes", found.writes(), described.writes());
    regions("reads", found.reads(), described.reads());
    at("body", () -> stmt(found.body(), described.body()));
  }

  private void regions(String which, List<BufferRegion> found, List<BufferRegion> described) {
    at(
        which,
        () -> {
          require(
              found.size() == described.size(),
              "number of buffers",
              described.size(),
              found.size());
          for (int i = 0; i < found.size(); i++) {
            region(found.get(i), described.get(i));
          }
        });
  }

  private void region(BufferRegion found, BufferRegion described) {
    buffer(found.buffer(), described.buffer());
    List<Range> whole = found.region();
    int offset = offset(whole.size(), described.region().size(), found, described);
    List<Expr> known = bases.get(found.buffer());
    List<Expr> base = known == null ? whole.stream().map(Range::min).toList() : known;
    for (int i = 0; i < whole.size(); i++) {
      Range range = whole.get(i);
      if (i < offset) {
        boolean element = range.isPoint() && isEqual(range.min(), base.get(i));
        require(element, "leading dimension " + i, "a single index", found);
        continue;
      }
      Range wanted = described.region().get(i - offset);
      require(isEqual(range.extent(), wanted.extent()), "extent of the region", described, found);
      if (known != null) {
        Expr start = Expr.sub(range.min(), base.get(i));
        require(isEqual(start, wanted.min()), "start of the region", described, found);
      } else {
        require(
            wanted.min().isConst(0), "the description's region", "one that starts at 0", described);
      }
    }
    bases.putIfAbsent(found.buffer(), base);
  }

  private int offset(int found, int described, Object a, Object b) {
    require(found >= described, "number of dimensions", b, a);
    return found - described;
  }

  private void buffer(Buffer found, Buffer described) {
    Buffer known = buffers.get(described);
    if (known != null) {
      require(known == found, "buffer", known.name() + ", as before", found.name());
      return;
    }
    require(!buffers.containsValue(found), "buffer", "another one than before", found.name());
    require(
        found.dtype().equals(described.dtype()),
        "element type of '" + found.name() + "'",
        described.dtype(),
        found.dtype());
    require(
        found.scope().equals(described.scope()),
        "scope of '" + found.name() + "'",
        described.scope(),
        found.scope());
    buffers.put(described, found);
  }

  private void realize(Stmt.BlockRealize found, Stmt.BlockRealize described) {
    expressions("values of the axes", found.iterValues(), described.iterValues());
    at("predicate", () -> same(found.predicate(), described.predicate()));
    at("block '" + found.block().name() + "'", () -> block(found.block(), described.block()));
  }

  private void block(Stmt.Block found, Stmt.Block described) {
    require(
        found.iterVars().size() == described.iterVars().size(),
        "number of axes",
        described.iterVars().size(),
        found.iterVars().size());
    for (int i = 0; i < found.iterVars().size(); i++) {
      IterVar axis = found.iterVars().get(i);
      IterVar wanted = described.iterVars().get(i);
      require(
          axis.kind() == wanted.kind(),
          "kind of axis '" + axis.var().name() + "'",
          wanted.kind().text,
          axis.kind().text);
      bind(axis.var(), wanted.var());
      analyzer.bind(wanted.var(), wanted.dom());
    }
    require(
        found.allocBuffers().isEmpty() && found.matchBuffers().isEmpty(),
        "buffers that an inner block allocates or matches",
        "none",
        "some");
    regions("writes", found.writes(), described.writes());
    regions("reads", found.reads(), described.reads());
    Stmt init = found.init();
    Stmt wanted = described.init();
    if (init != null && wanted != null) {
      at("init", () -> stmt(init, wanted));
    } else {
      require(
          init == wanted,
          "init",
          wanted == null ? "none" : "an init",
          init == null ? "none" : "one");
    }
    at("body", () -> stmt(found.body(), described.body()));
  }

  /** A variable of the block and the one of the description that has the same values. */
  private void bind(Var found, Var described) {
    vars.put(found, Expr.cast(found.dtype(), described));
  }

  // Statements.

  private void stmt(Stmt found, Stmt described) {
    switch (described) {
      case Stmt.For wanted when found instanceof Stmt.For loop -> loop(loop, wanted);
      case Stmt.Seq(var wanted) when found instanceof Stmt.Seq(var stmts) -> {
        require(stmts.size() == wanted.size(), "number of statements", wanted.size(), stmts.size());
        for (int i = 0; i < stmts.size(); i++) {
          stmt(stmts.get(i), wanted.get(i));
        }
      }
      case Stmt.BlockRealize wanted when found instanceof Stmt.BlockRealize realize ->
          realize(realize, wanted);
      case Stmt.Store wanted when found instanceof Stmt.Store store -> {
        require(store.predicate() == null && wanted.predicate() == null, "mask", "none", "one");
        access(store.buffer(), store.indices(), wanted.buffer(), wanted.indices(), "store to");
        at("value", () -> same(store.value(), wanted.value()));
      }
      case Stmt.If wanted when found instanceof Stmt.If choice -> {
        same(choice.condition(), wanted.condition());
        stmt(choice.then(), wanted.then());
        Stmt otherwise = choice.otherwise();
        Stmt other = wanted.otherwise();
        require((otherwise == null) == (other == null), "else branch", "one", "none");
        if (otherwise != null && other != null) {
          stmt(otherwise, other);
        }
      }
      case Stmt.Evaluate(var wanted) when found instanceof Stmt.Evaluate(var value) ->
          same(value, wanted);
      case Stmt s -> throw differs("statement", name(s), name(found));
    }
  }

  private static String name(Stmt stmt) {
    return stmt.getClass().getSimpleName();
  }

  private void loop(Stmt.For found, Stmt.For described) {
    at(
        "loop " + found.var().name(),
        () -> {
          bind(found.var(), described.var());
          at("min", () -> same(found.min(), described.min()));
          at("extent", () -> same(found.extent(), described.extent()));
          require(found.kind() == described.kind(), "kind", described.kind(), found.kind());
          require(
              found.thread() == described.thread(),
              "thread axis",
              String.valueOf(described.thread()),
              String.valueOf(found.thread()));
          require(
              found.annotations().keySet().equals(described.annotations().keySet()),
              "annotations",
              described.annotations().keySet(),
              found.annotations().keySet());
          found
              .annotations()
              .forEach((key, value) -> annotation(key, value, described.annotations().get(key)));
          analyzer.bind(described.var(), new Range(described.min(), described.extent()));
          stmt(found.body(), described.body());
        });
  }

  private void annotation(String key, AttrValue found, @Nullable AttrValue described) {
    boolean equal =
        (found instanceof Expr.IntImm a && described instanceof Expr.IntImm b)
            ? a.value() == b.value()
            : found.equals(described);
    require(equal, "annotation '" + key + "'", String.valueOf(described), found);
  }

  // Expressions.

  private void expressions(String what, List<Expr> found, List<Expr> described) {
    require(found.size() == described.size(), "number of " + what, described.size(), found.size());
    for (int i = 0; i < found.size(); i++) {
      Expr a = found.get(i);
      Expr b = described.get(i);
      at(what, () -> same(a, b));
    }
  }

  private void same(Expr found, Expr described) {
    require(
        found.dtype().code() == described.dtype().code(),
        "type of " + text(found),
        described.dtype(),
        found.dtype());
    Supplier<Differs> differs = () -> differs("expression", described, found);
    switch (described) {
      case Expr.IntImm(var _, var value) when found instanceof Expr.IntImm(var own, var x) -> {
        if (x != value) {
          throw differs.get();
        }
      }
      case Expr.FloatImm wanted when found instanceof Expr.FloatImm imm -> {
        if (!imm.equals(wanted)) {
          throw differs.get();
        }
      }
      case Expr.StringImm wanted when found.equals(wanted) -> {}
      case Var wanted when found instanceof Var var -> {
        Expr bound = vars.get(var);
        boolean equal =
            bound == null ? var == wanted : bound.equals(Expr.cast(var.dtype(), wanted));
        if (!equal) {
          throw differs.get();
        }
      }
      case Expr.Binary(var op, var a, var b)
          when found instanceof Expr.Binary(var own, var x, var y) && own == op -> {
        same(x, a);
        same(y, b);
      }
      case Expr.Not(var value) when found instanceof Expr.Not(var x) -> same(x, value);
      case Expr.Cast(var dtype, var value)
          when found instanceof Expr.Cast(var own, var x) && own.equals(dtype) ->
          same(x, value);
      case Expr.Select(var condition, var ifTrue, var ifFalse)
          when found instanceof Expr.Select(var c, var x, var y) -> {
        same(c, condition);
        same(x, ifTrue);
        same(y, ifFalse);
      }
      case Expr.Call(var dtype, var callee, var args)
          when found instanceof Expr.Call(var own, var ownCallee, var x)
              && own.equals(dtype)
              && ownCallee.equals(callee) ->
          expressions("arguments of " + callee, x, args);
      case Expr.Load(var buffer, var indices, var predicate)
          when found instanceof Expr.Load(var own, var x, var mask)
              && predicate == null
              && mask == null ->
          access(own, x, buffer, indices, "load from");
      case Expr e -> throw differs.get();
    }
  }

  private void access(
      Buffer found, List<Expr> indices, Buffer described, List<Expr> wanted, String what) {
    buffer(found, described);
    List<Expr> base = bases.get(found);
    if (base == null) {
      throw differs(
          what + " '" + found.name() + "'", "a buffer that the block reads or writes", "another");
    }
    BufferRegion all = BufferRegion.point(found, indices);
    BufferRegion other = BufferRegion.point(described, wanted);
    int offset = offset(indices.size(), wanted.size(), all, other);
    for (int i = 0; i < indices.size(); i++) {
      Expr index = Expr.sub(indices.get(i), base.get(i));
      Expr expected = i < offset ? Expr.imm(index.dtype(), 0) : wanted.get(i - offset);
      require(isEqual(index, expected), what, other, all);
    }
  }

  /** Whether an index of the block is one of the description. */
  private boolean isEqual(Expr found, Expr described) {
    if (described.dtype().bits() > found.dtype().bits()) {
      return false;
    }
    Expr renamed = analyzer.simplify(Substitute.in(analyzer.simplify(found), vars));
    return analyzer.proveEqual(renamed, Expr.cast(found.dtype(), described));
  }
}
