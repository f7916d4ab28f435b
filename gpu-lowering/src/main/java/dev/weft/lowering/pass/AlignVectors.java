package dev.weft.lowering.pass;

import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Splits accesses of consecutive elements where they can't be proven to begin at a multiple of
 * their size (of 16 bytes, if they are larger), for targets that load vectors only from there.
 * Buffers begin at such an address.
 *
 * <pre>{@code
 * B[T.Ramp(i*4, 1, 4)] = A[T.Ramp(i*4 + 2, 1, 4)]     # float32
 *   →   B[T.Ramp(i*4, 1, 4)] = T.Shuffle([A[T.Ramp(i*4 + 2, 1, 2)], A[T.Ramp(i*4 + 4, 1, 2)]],
 *                                        [0, 1, 2, 3])
 * }</pre>
 */
public final class AlignVectors implements Pass {
  /** The widest access of one thread in bytes. */
  private static final int WIDEST = 16;

  @Override
  public String name() {
    return "align_vectors";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return target.alignsVectors()
        ? function.withBody(new Splitter().stmt(function.body()))
        : function;
  }

  private static final class Splitter extends IrRewriter {
    private final Analyzer analyzer = new Analyzer();

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.For f) {
        analyzer.bind(f.var(), new Range(f.min(), f.extent()));
      } else if (node instanceof Stmt.Attr(IterVar axis, var key, var extent, var body)) {
        analyzer.bind(axis.var(), Range.upTo(Expr.cast(axis.var().dtype(), extent)));
      } else if (node instanceof Stmt.Let(Var v, Expr value, var body)
          && v.dtype().isInt()
          && !v.dtype().isVector()) {
        analyzer.bind(v, value);
      }
      Stmt mapped = super.stmt(node);
      if (!(mapped instanceof Stmt.Store store) || store.predicate() != null) {
        return mapped;
      }
      Expr.Ramp ramp = consecutive(store.indices());
      int part = ramp == null ? 0 : part(store.buffer(), ramp);
      return ramp == null || part == ramp.lanes() ? store : parts(store, ramp, part);
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      if (!(mapped instanceof Expr.Load load) || load.predicate() != null) {
        return mapped;
      }
      Expr.Ramp ramp = consecutive(load.indices());
      int part = ramp == null ? 0 : part(load.buffer(), ramp);
      if (ramp == null || part == ramp.lanes()) {
        return load;
      }
      List<Expr> parts = new ArrayList<>();
      for (int lane = 0; lane < ramp.lanes(); lane += part) {
        parts.add(new Expr.Load(load.buffer(), List.of(slice(ramp, lane, part))));
      }
      return new Expr.Shuffle(parts, lanes(0, ramp.lanes()));
    }

    private static Expr.@Nullable Ramp consecutive(List<Expr> indices) {
      return indices.size() == 1
              && indices.get(0) instanceof Expr.Ramp ramp
              && ramp.stride().isConst(1)
          ? ramp
          : null;
    }

    /** The lanes of the longest part that begins where it must. */
    private int part(Buffer buffer, Expr.Ramp ramp) {
      int element = buffer.dtype().bytes();
      int lanes = ramp.lanes();
      while (lanes % 2 == 0 && !isAligned(ramp.base(), lanes, element)) {
        lanes /= 2;
      }
      return lanes % 2 == 0 ? lanes : 1;
    }

    private boolean isAligned(Expr first, int lanes, int element) {
      int bytes = Math.min(WIDEST, Integer.lowestOneBit(lanes * element));
      int step = Math.max(1, bytes / element);
      return step == 1 || analyzer.proveDivisible(first, Expr.imm(first.dtype(), step));
    }

    private Expr slice(Expr.Ramp ramp, int lane, int lanes) {
      Expr base = lane == 0 ? ramp.base() : analyzer.simplify(Expr.add(ramp.base(), lane));
      return lanes == 1 ? base : new Expr.Ramp(base, ramp.stride(), lanes);
    }

    private static List<Expr> lanes(int from, int to) {
      return IntStream.range(from, to).mapToObj(Expr::int32).toList();
    }

    private Stmt parts(Stmt.Store store, Expr.Ramp ramp, int part) {
      Var value = Var.of("value", store.value().dtype());
      List<Stmt> stores = new ArrayList<>();
      for (int lane = 0; lane < ramp.lanes(); lane += part) {
        stores.add(
            new Stmt.Store(
                store.buffer(),
                new Expr.Shuffle(List.of(value), lanes(lane, lane + part)),
                List.of(slice(ramp, lane, part))));
      }
      return new Stmt.Let(value, store.value(), Stmt.seq(stores));
    }
  }
}
