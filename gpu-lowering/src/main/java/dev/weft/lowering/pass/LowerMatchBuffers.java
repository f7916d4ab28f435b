package dev.weft.lowering.pass;

import dev.weft.lowering.Invariant;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Resolves the views that blocks declare into accesses of what they are views of, and gives the
 * views' symbolic strides and offsets their values.
 *
 * <pre>{@code
 * a = T.match_buffer(A[i*16:i*16+16, k:k+16], (16, 16), strides=[s0, 1])
 * f(a[x, y], s0)                        →   f(A[i*16 + x, k + y], 1024)
 * }</pre>
 */
public final class LowerMatchBuffers implements Pass {
  @Override
  public String name() {
    return "lower_match_buffers";
  }

  @Override
  public Set<Invariant> establishes() {
    return Set.of(Invariant.NO_MATCH_BUFFERS);
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Resolver(function.globalSymbol("main")).stmt(function.body()));
  }

  private static final class Resolver extends IrRewriter {
    private final String function;
    private final Analyzer analyzer = new Analyzer();
    private final Map<Buffer, BufferRegion> sources = new HashMap<>();

    Resolver(String function) {
      this.function = function;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.For f) {
        analyzer.bind(f.var(), new Range(f.min(), f.extent()));
      }
      if (node instanceof Stmt.Block block && !block.matchBuffers().isEmpty()) {
        return super.stmt(resolved(block));
      }
      Stmt mapped = super.stmt(node);
      if (mapped instanceof Stmt.Store store && sources.containsKey(store.buffer())) {
        BufferRegion source = source(store.buffer());
        return new Stmt.Store(
            source.buffer(), store.value(), within(source, store.indices()), store.predicate());
      }
      return mapped;
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      if (mapped instanceof Expr.Load load && sources.containsKey(load.buffer())) {
        BufferRegion source = source(load.buffer());
        return new Expr.Load(source.buffer(), within(source, load.indices()), load.predicate());
      }
      return mapped;
    }

    private BufferRegion source(Buffer view) {
      BufferRegion source = sources.get(view);
      if (source == null) {
        throw new IllegalStateException("no source for the view " + view);
      }
      return source;
    }

    /** The indices in the source: leading dimensions that the view leaves out are points. */
    private static List<Expr> within(BufferRegion source, List<Expr> indices) {
      int left = source.region().size() - indices.size();
      List<Expr> result = new ArrayList<>();
      for (int i = 0; i < source.region().size(); i++) {
        Expr min = source.region().get(i).min();
        result.add(i < left ? min : Expr.add(min, indices.get(i - left)));
      }
      return result;
    }

    private Stmt.Block resolved(Stmt.Block block) {
      Map<Var, Expr> values = new HashMap<>();
      for (MatchBufferRegion match : block.matchBuffers()) {
        bind(match, values, block.name());
      }
      Stmt.Block without =
          new Stmt.Block(
              block.name(),
              block.iterVars(),
              block.reads(),
              block.writes(),
              block.allocBuffers(),
              List.of(),
              block.annotations(),
              block.init(),
              block.body());
      // The views themselves must not be rebuilt here: accesses find their source by identity.
      Map<Buffer, Buffer> same = new HashMap<>();
      sources.keySet().forEach(view -> same.put(view, view));
      return (Stmt.Block) Substitute.in(without, values, same);
    }

    private void bind(MatchBufferRegion match, Map<Var, Expr> values, String block) {
      Buffer view = match.buffer();
      BufferRegion region = match.source();
      BufferRegion outer = sources.get(region.buffer());
      if (outer != null) {
        // A view of a view: the region counts from the outer view's own start.
        List<Range> ranges = new ArrayList<>();
        List<Expr> mins = within(outer, region.region().stream().map(Range::min).toList());
        int left = outer.region().size() - region.region().size();
        for (int i = 0; i < mins.size(); i++) {
          Expr extent =
              i < left ? Expr.imm(mins.get(i).dtype(), 1) : region.region().get(i - left).extent();
          ranges.add(new Range(mins.get(i), extent));
        }
        region = new BufferRegion(outer.buffer(), ranges);
      }
      Buffer source = region.buffer();
      int left = source.rank() - view.rank();
      require(left >= 0, block, view, "has more dimensions than '" + source.name() + "'");
      require(
          view.dtype().equals(source.dtype()),
          block,
          view,
          "is of " + view.dtype() + ", '" + source.name() + "' of " + source.dtype());
      List<Expr> strides = source.effectiveStrides();
      Expr offset = source.elemOffset();
      for (int i = 0; i < source.rank(); i++) {
        Range range = region.region().get(i);
        offset = Expr.add(offset, Expr.mul(range.min(), strides.get(i)));
        if (i < left) {
          require(range.isPoint(), block, view, "leaves out a dimension that is not a point");
          continue;
        }
        match(view.shape().get(i - left), range.extent(), values, block, view, "a dimension");
        if (!view.strides().isEmpty()) {
          match(view.strides().get(i - left), strides.get(i), values, block, view, "a stride");
        }
      }
      if (view.elemOffset() instanceof Var v && !values.containsKey(v)) {
        values.put(v, Expr.cast(v.dtype(), analyzer.simplify(offset)));
      }
      values.put(view.data(), source.data());
      sources.put(view, region);
    }

    private void match(
        Expr declared, Expr actual, Map<Var, Expr> values, String block, Buffer view, String what) {
      if (declared instanceof Var v) {
        Expr known = values.putIfAbsent(v, Expr.cast(v.dtype(), actual));
        require(
            known == null || analyzer.proveEqual(known, Expr.cast(v.dtype(), actual)),
            block,
            view,
            "has " + what + " '" + v.name() + "' with two values");
      } else {
        require(
            analyzer.proveEqual(declared, Expr.cast(declared.dtype(), actual)),
            block,
            view,
            "declares " + what + " that differs from the region's");
      }
    }

    private void require(boolean holds, String block, Buffer view, String violation) {
      if (!holds) {
        throw new LoweringException(
            "the view '" + view.name() + "' of block '" + block + "' " + violation,
            function,
            "make the match_buffer fit its region");
      }
    }
  }
}
