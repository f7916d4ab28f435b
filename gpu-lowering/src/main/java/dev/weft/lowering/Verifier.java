package dev.weft.lowering;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What must hold between any two passes: each variable and buffer is used where it is defined, no
 * definition hides another of the same variable, and the {@link Invariant}s that earlier passes
 * established.
 */
final class Verifier extends IrWalker {
  private final Set<Invariant> invariants;
  private final String guilty;
  private final String function;
  private final Set<Var> defined = new HashSet<>();
  private final Set<Buffer> buffers = new HashSet<>();

  private Verifier(Set<Invariant> invariants, String guilty, String function) {
    this.invariants = invariants;
    this.guilty = guilty;
    this.function = function;
  }

  /**
   * Checks a function.
   *
   * @param sizes what the function as it came takes for known
   * @param guilty what made the function: the pass to blame
   * @throws LoweringException that names the guilty
   */
  static void check(PrimFunc function, Set<Var> sizes, Set<Invariant> invariants, String guilty) {
    Verifier verifier = new Verifier(invariants, guilty, function.globalSymbol("main"));
    verifier.defined.addAll(function.params());
    verifier.defined.addAll(sizes);
    for (Buffer buffer : function.bufferMap().values()) {
      verifier.buffers.add(buffer);
      verifier.defined.add(buffer.data());
    }
    verifier.stmt(function.body());
  }

  /** The sizes that the shapes, strides and offsets of a function's parameters define. */
  static Set<Var> sizes(PrimFunc function) {
    Set<Var> sizes = new HashSet<>();
    for (Buffer buffer : function.bufferMap().values()) {
      List.of(buffer.shape(), buffer.strides(), List.of(buffer.elemOffset()))
          .forEach(list -> list.forEach(e -> collect(e, sizes)));
    }
    return sizes;
  }

  @Override
  public void expr(Expr node) {
    for (Invariant invariant : invariants) {
      require(!invariant.isBroken(node), invariant.violation());
    }
    if (node instanceof Var v) {
      require(defined.contains(v), "variable '" + v.name() + "' is used where it is not defined");
    } else if (node instanceof Expr.Load load) {
      use(load.buffer());
    } else if (node instanceof Expr.Let(Var v, Expr value, Expr body)) {
      expr(value);
      within(v, () -> expr(body));
      return;
    }
    super.expr(node);
  }

  @Override
  public void stmt(Stmt node) {
    for (Invariant invariant : invariants) {
      require(!invariant.isBroken(node), invariant.violation());
    }
    switch (node) {
      case Stmt.For f -> {
        expr(f.min());
        expr(f.extent());
        within(f.var(), () -> stmt(f.body()));
      }
      case Stmt.Let(Var v, Expr value, Stmt body) -> {
        expr(value);
        within(v, () -> stmt(body));
      }
      case Stmt.Attr(AttrValue about, String key, Expr value, Stmt body) -> {
        expr(value);
        if (about instanceof IterVar iter && key.equals("thread_extent")) {
          within(iter.var(), () -> stmt(body));
        } else {
          stmt(body);
        }
      }
      case Stmt.Allocate a -> {
        a.extents().forEach(this::expr);
        within(a.data(), () -> stmt(a.body()));
      }
      case Stmt.AllocateConst a -> within(a.data(), () -> stmt(a.body()));
      case Stmt.DeclBuffer(Buffer buffer, Stmt body) -> {
        require(
            defined.contains(buffer.data()),
            "buffer '" + buffer.name() + "' is declared over a pointer that is not defined");
        declare(buffer, () -> stmt(body));
      }
      case Stmt.Store store -> {
        use(store.buffer());
        super.stmt(store);
      }
      case Stmt.BlockRealize realize -> {
        realize.iterValues().forEach(this::expr);
        expr(realize.predicate());
        block(realize.block());
      }
      case Stmt.Block b -> block(b);
      case Stmt.Assert s -> super.stmt(s);
      case Stmt.Seq s -> super.stmt(s);
      case Stmt.Evaluate s -> super.stmt(s);
      case Stmt.If s -> super.stmt(s);
      case Stmt.While s -> super.stmt(s);
      case Stmt.Break s -> {}
      case Stmt.Continue s -> {}
      case Stmt.ThreadGroup s -> super.stmt(s);
    }
  }

  private void block(Stmt.Block block) {
    Set<Var> vars = new HashSet<>();
    block.iterVars().forEach(iter -> vars.add(iter.var()));
    for (var match : block.matchBuffers()) {
      use(match.source().buffer());
      vars.add(match.buffer().data());
      List.of(
              match.buffer().shape(),
              match.buffer().strides(),
              List.of(match.buffer().elemOffset()))
          .forEach(list -> list.forEach(e -> collect(e, vars)));
    }
    block.allocBuffers().forEach(buffer -> vars.add(buffer.data()));
    Set<Var> added = new HashSet<>();
    for (Var v : vars) {
      if (defined.add(v)) {
        added.add(v);
      }
    }
    block.allocBuffers().forEach(buffers::add);
    block.matchBuffers().forEach(match -> buffers.add(match.buffer()));
    if (block.init() != null) {
      stmt(block.init());
    }
    stmt(block.body());
    block.allocBuffers().forEach(buffers::remove);
    block.matchBuffers().forEach(match -> buffers.remove(match.buffer()));
    defined.removeAll(added);
  }

  private static void collect(Expr expr, Set<Var> vars) {
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Var v) {
          vars.add(v);
        }
        super.expr(node);
      }
    }.expr(expr);
  }

  private void use(Buffer buffer) {
    require(
        buffers.contains(buffer),
        "buffer '" + buffer.name() + "' is used where it is not declared");
  }

  private void within(Var v, Runnable body) {
    require(defined.add(v), "variable '" + v.name() + "' is defined within its own scope");
    body.run();
    defined.remove(v);
  }

  private void declare(Buffer buffer, Runnable body) {
    boolean added = buffers.add(buffer);
    body.run();
    if (added) {
      buffers.remove(buffer);
    }
  }

  private void require(boolean holds, String violation) {
    if (!holds) {
      throw new LoweringException(
          violation, function, guilty + " left it so: please report this with the function");
    }
  }
}
