package dev.weft.tir.schedule;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where a block stores and loads, within other blocks, too. */
public final class Accesses {
  private Accesses() {}

  /**
   * The target of a store, or the source of a load.
   *
   * @param buffer the buffer, one from outside the block
   * @param indices as functions of the domain's variables
   * @param domain the block's axes and the loops in it around the access
   */
  public record Place(Buffer buffer, List<Expr> indices, Map<Var, Range> domain) {}

  /**
   * The stores of a block to buffers from outside it; left out are those of its init and those
   * through views.
   */
  public static List<Place> stores(Stmt.Block block) {
    return of(block).stored;
  }

  /** The loads of a block from buffers from outside it, in its init too; not through views. */
  public static List<Place> loads(Stmt.Block block) {
    Search search = of(block);
    if (block.init() != null) {
      search.stmt(block.init());
    }
    return search.loaded;
  }

  private static Search of(Stmt.Block block) {
    Search search = new Search();
    block.iterVars().forEach(axis -> search.domain.put(axis.var(), axis.dom()));
    search.hide(block);
    search.stmt(block.body());
    return search;
  }

  private static final class Search extends IrWalker {
    private final Map<Var, Range> domain = new LinkedHashMap<>();
    private final Map<Var, Expr> values = new HashMap<>();
    private final Set<Buffer> own = new HashSet<>();
    private final List<Place> stored = new ArrayList<>();
    private final List<Place> loaded = new ArrayList<>();

    private void hide(Stmt.Block block) {
      own.addAll(block.allocBuffers());
      block.matchBuffers().forEach(view -> own.add(view.buffer()));
    }

    @Override
    public void stmt(Stmt node) {
      switch (node) {
        case Stmt.For loop -> {
          Expr min = Substitute.in(loop.min(), values);
          domain.put(loop.var(), new Range(min, Substitute.in(loop.extent(), values)));
          super.stmt(loop);
          domain.remove(loop.var());
        }
        case Stmt.BlockRealize realize -> {
          List<IterVar> axes = realize.block().iterVars();
          for (int i = 0; i < axes.size(); i++) {
            values.put(axes.get(i).var(), Substitute.in(realize.iterValues().get(i), values));
          }
          hide(realize.block());
          stmt(realize.block().body());
        }
        case Stmt.Store store when !own.contains(store.buffer()) -> {
          stored.add(place(store.buffer(), store.indices()));
          super.stmt(store);
        }
        case Stmt other -> super.stmt(other);
      }
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load load && !own.contains(load.buffer())) {
        loaded.add(place(load.buffer(), load.indices()));
      }
      super.expr(node);
    }

    private Place place(Buffer buffer, List<Expr> indices) {
      return new Place(
          buffer,
          indices.stream().map(e -> Substitute.in(e, values)).toList(),
          new LinkedHashMap<>(domain));
    }
  }
}
