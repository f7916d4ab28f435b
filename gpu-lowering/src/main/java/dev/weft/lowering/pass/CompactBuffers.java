package dev.weft.lowering.pass;

import dev.weft.lowering.Pass;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Shrinks each buffer that a kernel allocates to the region that is in use at a time, and counts
 * its indices from the region's start. What is in use of shared memory is what all threads of the
 * block use; of registers, what one thread uses.
 *
 * <pre>{@code
 * A_shared = T.alloc_buffer((1027,), scope="shared")   →   A_shared = T.alloc_buffer((130,), …)
 * for a in range(2):                                       for a in range(2):
 *     if a*128 + tx < 130:                                     if a*128 + tx < 130:
 *         A_shared[bx*128 + a*128 + tx] = …                        A_shared[a*128 + tx] = …
 * }</pre>
 *
 * <p>Alignment that {@code storage_align} asked for becomes strides. Access regions of blocks are
 * dropped: nothing after this pass reads them.
 */
public final class CompactBuffers implements Pass {
  private static final String DIM_ALIGN = "buffer_dim_align";

  @Override
  public String name() {
    return "compact_buffers";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Compactor().stmt(function.body()));
  }

  /** A buffer in its new form, and what to subtract from its indices. */
  private record Compacted(Buffer buffer, List<Expr> mins) {}

  private static final class Compactor extends IrRewriter {
    private final Analyzer analyzer = new Analyzer();
    private final Map<Var, Interval> threads = new LinkedHashMap<>();
    private final Map<Buffer, Compacted> compacted = new HashMap<>();

    @Override
    public Stmt stmt(Stmt node) {
      return switch (node) {
        case Stmt.Attr(IterVar axis, String key, Expr extent, Stmt body) -> {
          analyzer.bind(axis.var(), Range.upTo(Expr.cast(axis.var().dtype(), extent)));
          // Blocks of a grid share no memory that is compacted, so their indices stay fixed.
          if (axis.thread() != null && axis.thread().text.startsWith("threadIdx")) {
            threads.put(
                axis.var(),
                new Interval(
                    Expr.imm(axis.var().dtype(), 0), analyzer.simplify(Expr.sub(extent, 1))));
          }
          Stmt mapped = super.stmt(node);
          threads.remove(axis.var());
          yield mapped;
        }
        case Stmt.For f -> {
          analyzer.bind(f.var(), new Range(f.min(), f.extent()));
          // Virtual threads share what real ones share.
          boolean virtual = f.thread() != null && f.thread().level == ThreadTag.Level.VIRTUAL;
          if (virtual) {
            Expr last = analyzer.simplify(Expr.sub(Expr.add(f.min(), f.extent()), 1));
            threads.put(f.var(), new Interval(f.min(), last));
          }
          Stmt mapped = super.stmt(f);
          threads.remove(f.var());
          yield mapped;
        }
        case Stmt.Block block -> block(block);
        case Stmt.Store store -> {
          Stmt.Store mapped = (Stmt.Store) super.stmt(store);
          Compacted c = compacted.get(mapped.buffer());
          yield c == null
              ? mapped
              : new Stmt.Store(
                  c.buffer(), mapped.value(), rebased(mapped.indices(), c), mapped.predicate());
        }
        case Stmt.Let s -> super.stmt(s);
        case Stmt.Attr s -> super.stmt(s);
        case Stmt.Assert s -> super.stmt(s);
        case Stmt.Allocate s -> super.stmt(s);
        case Stmt.AllocateConst s -> super.stmt(s);
        case Stmt.DeclBuffer s -> super.stmt(s);
        case Stmt.Seq s -> super.stmt(s);
        case Stmt.Evaluate s -> super.stmt(s);
        case Stmt.If s -> super.stmt(s);
        case Stmt.While s -> super.stmt(s);
        case Stmt.Break s -> s;
        case Stmt.Continue s -> s;
        case Stmt.ThreadGroup s -> super.stmt(s);
        case Stmt.BlockRealize s -> super.stmt(s);
      };
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      if (mapped instanceof Expr.Load(Buffer buffer, List<Expr> indices, Expr predicate)) {
        Compacted c = compacted.get(buffer);
        return c == null ? mapped : new Expr.Load(c.buffer(), rebased(indices, c), predicate);
      }
      return mapped;
    }

    private List<Expr> rebased(List<Expr> indices, Compacted c) {
      List<Expr> result = new ArrayList<>();
      for (int i = 0; i < indices.size(); i++) {
        result.add(analyzer.simplify(Expr.sub(indices.get(i), c.mins().get(i))));
      }
      return result;
    }

    private Stmt block(Stmt.Block block) {
      UsedRegions regions = new UsedRegions(block.allocBuffers(), threads, analyzer);
      if (block.allocBuffers().stream().anyMatch(Compactor::shrinks)) {
        regions.stmt(block.body());
      }
      List<Buffer> allocs = new ArrayList<>();
      for (Buffer buffer : block.allocBuffers()) {
        List<Interval> region = regions.of(buffer);
        Compacted c = shrinks(buffer) && region != null ? compact(buffer, region, block) : null;
        if (c != null) {
          compacted.put(buffer, c);
        }
        allocs.add(c == null ? buffer : c.buffer());
      }
      List<MatchBufferRegion> matches = new ArrayList<>();
      for (MatchBufferRegion match : block.matchBuffers()) {
        Compacted c = compacted.get(match.source().buffer());
        matches.add(
            c == null ? match : new MatchBufferRegion(match.buffer(), rebased(match.source(), c)));
      }
      Stmt body = stmt(block.body());
      Map<String, AttrValue> annotations = new LinkedHashMap<>(block.annotations());
      annotations.remove(DIM_ALIGN);
      return new Stmt.Block(
          block.name(), List.of(), List.of(), List.of(), allocs, matches, annotations, null, body);
    }

    private BufferRegion rebased(BufferRegion region, Compacted c) {
      List<Range> ranges = new ArrayList<>();
      for (int i = 0; i < region.region().size(); i++) {
        Range range = region.region().get(i);
        Expr min = analyzer.simplify(Expr.sub(range.min(), c.mins().get(i)));
        ranges.add(new Range(min, range.extent()));
      }
      return new BufferRegion(c.buffer(), ranges);
    }

    /** Device memory keeps its shape: other kernels may see it. */
    private static boolean shrinks(Buffer buffer) {
      Scope.Rank rank = buffer.scope().rank();
      return rank != Scope.Rank.GLOBAL && rank != Scope.Rank.TEXTURE && buffer.strides().isEmpty();
    }

    private @Nullable Compacted compact(Buffer buffer, List<Interval> region, Stmt.Block block) {
      List<Expr> mins = new ArrayList<>();
      List<Expr> extents = new ArrayList<>();
      for (int i = 0; i < buffer.rank(); i++) {
        Expr dim = buffer.shape().get(i);
        Range range = used(region.get(i), dim);
        mins.add(range.min());
        extents.add(range.extent());
      }
      List<Expr> strides = alignedStrides(buffer, extents, block);
      boolean same = mins.stream().allMatch(m -> m.isConst(0)) && strides.isEmpty();
      for (int i = 0; same && i < extents.size(); i++) {
        same = analyzer.proveEqual(extents.get(i), buffer.shape().get(i));
      }
      return same ? null : new Compacted(buffer.withShape(extents, strides), mins);
    }

    private Range used(Interval interval, Expr dim) {
      Range whole = Range.upTo(dim);
      Expr min = interval.min();
      Expr max = interval.max();
      if (min == null || max == null) {
        return whole;
      }
      Expr extent = analyzer.simplify(Expr.add(Expr.sub(max, min), 1));
      if (!(extent instanceof Expr.IntImm)) {
        long most = analyzer.bounds(extent).max();
        if (most >= Integer.MAX_VALUE) {
          return whole;
        }
        extent = Expr.imm(dim.dtype(), most);
      }
      boolean smaller =
          !(dim instanceof Expr.IntImm d && extent instanceof Expr.IntImm e)
              || e.value() < d.value();
      return smaller ? new Range(min, extent) : whole;
    }

    private List<Expr> alignedStrides(Buffer buffer, List<Expr> extents, Stmt.Block block) {
      long[][] aligned = new Alignments(buffer).in(block);
      boolean any = false;
      Expr[] strides = new Expr[extents.size()];
      Expr stride = Expr.imm(buffer.indexType(), 1);
      for (int i = extents.size() - 1; i >= 0; i--) {
        if (aligned[i][0] > 1 && stride instanceof Expr.IntImm imm && i < extents.size() - 1) {
          long factor = aligned[i][0];
          long offset = aligned[i][1];
          long padded = imm.value() + Math.floorMod(offset - imm.value(), factor);
          any |= padded != imm.value();
          stride = Expr.imm(imm.dtype(), padded);
        }
        strides[i] = stride;
        stride = Expr.mul(stride, extents.get(i));
      }
      return any ? List.of(strides) : List.of();
    }
  }

  /** What {@code storage_align} asked for a buffer: factor and offset a dimension. */
  private static final class Alignments extends dev.weft.tir.IrWalker {
    private final Buffer buffer;
    private final long[][] aligned;

    Alignments(Buffer buffer) {
      this.buffer = buffer;
      this.aligned = new long[buffer.rank()][2];
    }

    long[][] in(Stmt.Block block) {
      stmt(block);
      return aligned;
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Block block
          && block.annotations().get(DIM_ALIGN) instanceof AttrValue.Items(var entries)) {
        for (AttrValue entry : entries) {
          if (entry instanceof AttrValue.Items(var numbers) && numbers.size() == 4) {
            Buffer written = block.writes().get((int) number(numbers.get(0))).buffer();
            int axis = Math.floorMod((int) number(numbers.get(1)), written.rank());
            if (written.equals(buffer)) {
              aligned[axis][0] = number(numbers.get(2));
              aligned[axis][1] = number(numbers.get(3));
            }
          }
        }
      }
      super.stmt(node);
    }

    private static long number(AttrValue value) {
      if (value instanceof Expr.IntImm imm) {
        return imm.value();
      }
      throw new IllegalArgumentException(DIM_ALIGN + " has an entry that is no number: " + value);
    }
  }
}
