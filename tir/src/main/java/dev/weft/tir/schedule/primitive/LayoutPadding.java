package dev.weft.tir.schedule.primitive;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.IndexMaps.PaddedInverse;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the promise that the places of a new layout which stand for no element hold the pad value.
 *
 * <p>Where nobody in the scope writes the buffer, its caller must have filled them: a block of
 * {@code T.assume} says so. A block that writes the whole buffer, element after element, is turned
 * into one that runs over the new layout and chooses between its value and the pad value. Otherwise
 * a block after the last write fills them.
 */
final class LayoutPadding {
  private final Buffer buffer;
  private final Buffer changed;
  private final PaddedInverse inverse;
  private final IndexMap padValue;
  private final Analyzer analyzer;

  /** A store to the buffer and where it stands. */
  private record Write(Stmt.Store store, Stmt.@Nullable BlockRealize block, List<Stmt.For> loops) {}

  LayoutPadding(
      Buffer buffer, Buffer changed, PaddedInverse inverse, IndexMap padValue, Analyzer analyzer) {
    this.buffer = buffer;
    this.changed = changed;
    this.inverse = inverse;
    this.padValue = padValue;
    this.analyzer = analyzer;
  }

  /** The body of the scope with padding; accesses of the buffer are still in the old layout. */
  Stmt apply(Stmt body) {
    List<Write> writes = new ArrayList<>();
    new Finder(writes).stmt(body);
    if (writes.isEmpty()) {
      return Stmt.seq(assumption(), body);
    }
    Map<Stmt, Stmt> replaced = new IdentityHashMap<>();
    for (Write write : writes) {
      Stmt nest = choosing(write);
      if (nest != null) {
        replaced.put(write.loops.getFirst(), nest);
      }
    }
    if (replaced.isEmpty()) {
      Write last = writes.getLast();
      Stmt place =
          last.loops.isEmpty() ? Objects.requireNonNull(last.block) : last.loops.getFirst();
      replaced.put(place, Stmt.seq(place, filling()));
    }
    return Blocks.replace(body, replaced);
  }

  // The three ways.

  private Stmt assumption() {
    Nest nest = new Nest();
    Expr load = new Expr.Load(changed, nest.indices());
    Expr holds = Expr.or(Expr.not(nest.padding()), Expr.eq(load, padValue(nest.indices())));
    Stmt body = new Stmt.Evaluate(Expr.Call.of(DType.BOOL, Intrinsic.ASSUME, holds));
    return nest.around(
        "buffer_" + buffer.name() + "_assumptions",
        List.of(BufferRegion.point(changed, nest.indices())),
        List.of(),
        Expr.bool(true),
        body);
  }

  private Stmt filling() {
    Nest nest = new Nest();
    Map<Var, Expr> toLoops = new HashMap<>();
    for (int i = 0; i < nest.vars.size(); i++) {
      toLoops.put(nest.vars.get(i), nest.loops.get(i));
    }
    return nest.around(
        "buffer_" + buffer.name() + "_padding",
        List.of(),
        List.of(BufferRegion.point(changed, nest.indices())),
        Substitute.in(nest.padding(), toLoops),
        new Stmt.Store(changed, padValue(nest.indices()), nest.indices()));
  }

  /** The nest around a write, over the new layout; null if the write does not allow for it. */
  private @Nullable Stmt choosing(Write write) {
    Stmt.BlockRealize realize = write.block;
    if (realize == null || !isRowMajor(write) || !isAlone(write, realize)) {
      return null;
    }
    Stmt.Block block = realize.block();
    int first = axesOf(write.store, block);
    if (first < 0) {
      return null;
    }
    Nest nest = new Nest();
    Map<Var, Expr> old = new HashMap<>();
    List<IterVar> axes = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    for (int i = 0; i < block.iterVars().size(); i++) {
      IterVar axis = block.iterVars().get(i);
      if (i < first || i >= first + buffer.rank()) {
        axes.add(axis);
        values.add(realize.iterValues().get(i));
        continue;
      }
      old.put(axis.var(), nest.old().get(i - first));
      if (i == first) {
        axes.addAll(nest.axes);
        values.addAll(nest.loops);
      }
    }
    Stmt init = block.init() == null ? null : choosing(block.init(), write.store, nest, old);
    Stmt body = choosing(block.body(), write.store, nest, old);
    if (body == null || (init == null && block.init() != null)) {
      return null;
    }
    Stmt.Block renewed =
        Blocks.with(
            block,
            axes,
            block.reads().stream()
                .map(r -> r.buffer() == buffer ? r : Substitute.in(r, old))
                .toList(),
            block.writes(),
            init,
            body);
    Stmt simplified = Indices.simplify(renewed, analyzer);
    Stmt inner = new Stmt.BlockRealize(values, Expr.bool(true), (Stmt.Block) simplified);
    Map<Stmt, Stmt> replaced = new IdentityHashMap<>();
    replaced.put(realize, inner);
    return nest.loops(Blocks.replace(write.loops.getLast().body(), replaced));
  }

  /** The stores of a block, choosing; null if there is anything else. */
  private @Nullable Stmt choosing(Stmt stmt, Stmt.Store like, Nest nest, Map<Var, Expr> old) {
    return switch (stmt) {
      case Stmt.Store store
          when store.buffer() == buffer
              && store.predicate() == null
              && store.indices().equals(like.indices()) -> {
        Expr value = Substitute.in(store.value(), old);
        yield new Stmt.Store(
            changed,
            Expr.Call.of(
                value.dtype(),
                Intrinsic.IF_THEN_ELSE,
                nest.padding(),
                padValue(nest.indices()),
                value),
            nest.indices());
      }
      case Stmt.Seq(List<Stmt> stmts) -> {
        List<Stmt> result = new ArrayList<>();
        for (Stmt each : stmts) {
          Stmt chosen = choosing(each, like, nest, old);
          if (chosen == null) {
            yield null;
          }
          result.add(chosen);
        }
        yield Stmt.seq(result);
      }
      case Stmt s -> null;
    };
  }

  // What a write is like.

  /** Serial loops that run over all elements in order, indices being just the loops. */
  private boolean isRowMajor(Write write) {
    if (write.loops.size() != buffer.rank() || write.loops.isEmpty()) {
      return false;
    }
    Map<Var, Expr> bindings = new HashMap<>();
    Stmt.BlockRealize realize = Objects.requireNonNull(write.block);
    for (int i = 0; i < realize.iterValues().size(); i++) {
      bindings.put(realize.block().iterVars().get(i).var(), realize.iterValues().get(i));
    }
    for (int i = 0; i < write.loops.size(); i++) {
      Stmt.For loop = write.loops.get(i);
      boolean over =
          Substitute.in(write.store.indices().get(i), bindings) == loop.var()
              && loop.min().isConst(0)
              && loop.extent().equals(buffer.shape().get(i))
              && loop.kind() == ForKind.SERIAL;
      if (!over) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether nothing but the block is in the loops, so that running over padding does nothing else.
   */
  private boolean isAlone(Write write, Stmt.BlockRealize realize) {
    Stmt.For outer = write.loops.getFirst();
    Stmt stmt = outer;
    int seen = 0;
    while (stmt instanceof Stmt.For loop) {
      if (seen < write.loops.size()) {
        if (loop != write.loops.get(seen)) {
          return false;
        }
      } else if (Vars.usesAny(loop.extent(), loopVars(write))
          || Vars.usesAny(loop.min(), loopVars(write))) {
        return false;
      }
      seen++;
      stmt = loop.body();
    }
    if (stmt != realize || !realize.predicate().isConst(1)) {
      return false;
    }
    List<Expr> indices = write.store.indices();
    for (int i = 0; i < realize.iterValues().size(); i++) {
      boolean own = indices.contains(realize.block().iterVars().get(i).var());
      if (!own && Vars.usesAny(realize.iterValues().get(i), loopVars(write))) {
        return false;
      }
    }
    return realize.block().matchBuffers().isEmpty() && realize.block().allocBuffers().isEmpty();
  }

  private static List<Var> loopVars(Write write) {
    return write.loops.stream().map(Stmt.For::var).toList();
  }

  /** Where the indices of a store begin among the block's axes; -1 if they are not in order. */
  private static int axesOf(Stmt.Store store, Stmt.Block block) {
    List<Var> axes = Blocks.vars(block.iterVars());
    int first = store.indices().isEmpty() ? -1 : axes.indexOf(store.indices().getFirst());
    if (first < 0 || first + store.indices().size() > axes.size()) {
      return -1;
    }
    for (int i = 0; i < store.indices().size(); i++) {
      IterVar axis = block.iterVars().get(first + i);
      if (axis.var() != store.indices().get(i) || axis.kind() != IterVar.Kind.SPATIAL) {
        return -1;
      }
    }
    return first;
  }

  private Expr padValue(List<Expr> indices) {
    Map<Var, Expr> values = new HashMap<>();
    for (int i = 0; i < indices.size(); i++) {
      values.put(padValue.inputs().get(i), indices.get(i));
    }
    return Expr.cast(
        buffer.dtype(), analyzer.simplify(Substitute.in(padValue.outputs().getFirst(), values)));
  }

  /** A loop nest over the new layout and the axes of a block in it. */
  private final class Nest {
    private final List<Var> loops = new ArrayList<>();
    private final List<Var> vars = new ArrayList<>();
    private final List<IterVar> axes = new ArrayList<>();
    private final Map<Var, Expr> inputs = new HashMap<>();

    Nest() {
      for (int i = 0; i < changed.rank(); i++) {
        Var input = inverse.inverse().inputs().get(i);
        Var var = Var.of("v_axis" + i, input.dtype());
        loops.add(Var.of("axis" + i, input.dtype()));
        vars.add(var);
        axes.add(IterVar.spatial(changed.shape().get(i), var));
        inputs.put(input, var);
      }
    }

    List<Expr> indices() {
      return List.copyOf(vars);
    }

    /** Where no element is. */
    Expr padding() {
      return Substitute.in(inverse.padding(), inputs);
    }

    /** The old indices, meaningful outside of padding. */
    List<Expr> old() {
      return inverse.inverse().outputs().stream().map(e -> Substitute.in(e, inputs)).toList();
    }

    Stmt loops(Stmt body) {
      return Nests.around(loops, changed.shape(), body);
    }

    Stmt around(
        String name,
        List<BufferRegion> reads,
        List<BufferRegion> writes,
        Expr predicate,
        Stmt body) {
      Stmt.Block block =
          new Stmt.Block(name, axes, reads, writes, List.of(), List.of(), Map.of(), null, body);
      return loops(new Stmt.BlockRealize(List.copyOf(loops), predicate, block));
    }
  }

  /** Finds the stores to the buffer, with the loops that their indices depend on. */
  private final class Finder extends IrWalker {
    private final List<Write> writes;
    private final List<Stmt.For> loops = new ArrayList<>();
    private final Map<Var, Expr> bindings = new HashMap<>();
    private Stmt.@Nullable BlockRealize block;

    Finder(List<Write> writes) {
      this.writes = writes;
    }

    @Override
    public void stmt(Stmt node) {
      Stmt.BlockRealize outer = block;
      if (node instanceof Stmt.For loop) {
        loops.add(loop);
      } else if (node instanceof Stmt.BlockRealize realize) {
        block = realize;
        for (int i = 0; i < realize.iterValues().size(); i++) {
          Expr value = Substitute.in(realize.iterValues().get(i), bindings);
          bindings.put(realize.block().iterVars().get(i).var(), value);
        }
      } else if (node instanceof Stmt.Store store && store.buffer() == buffer) {
        add(store);
      }
      super.stmt(node);
      block = outer;
      if (node instanceof Stmt.For) {
        loops.removeLast();
      }
    }

    private void add(Stmt.Store store) {
      List<Integer> used = new ArrayList<>();
      for (int i = 0; i < loops.size(); i++) {
        Var var = loops.get(i).var();
        if (store.indices().stream().anyMatch(e -> Vars.uses(Substitute.in(e, bindings), var))) {
          used.add(i);
        }
      }
      writes.add(
          new Write(
              store,
              block,
              used.isEmpty()
                  ? List.of()
                  : List.copyOf(loops.subList(used.getFirst(), used.getLast() + 1))));
    }
  }
}
