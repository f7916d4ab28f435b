package dev.weft.tir.schedule.primitive;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps an intermediate buffer in another type: what is stored is converted to it, what is loaded
 * is converted back. Precision and range are lost; the schedule is tainted.
 *
 * <p>Arguments: a block that writes the buffer; which of its writes; the type. Nothing is done
 * where the buffer has the type already. Views of the buffer get the type too.
 *
 * <p>Conditions: the buffer is allocated by a block; the type is a scalar integer, boolean or
 * floating-point type.
 *
 * <pre>
 * B = T.alloc_buffer((128,), "float32")         B = T.alloc_buffer((128,), "float16")
 * B[vi] = A[vi] * 2.0                       →   B[vi] = T.Cast("float16", A[vi] * 2.0)
 * C[vi] = B[vi] + 1.0                           C[vi] = T.Cast("float32", B[vi]) + 1.0
 * </pre>
 */
public final class UnsafeSetDtype {
  private static final String NAME = "unsafeSetDtype";

  private UnsafeSetDtype() {}

  /** See the class. */
  public static ScheduleState apply(
      ScheduleState state, BlockRef ref, int writeIndex, String dtype) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    Buffer buffer = conditions.buffer(site, writeIndex, true);
    DType target = type(state, site, dtype);
    if (buffer.dtype().equals(target)) {
      return state;
    }
    Site.Block allocator = conditions.allocator(site, buffer);
    Converter converter = new Converter(target);
    converter.add(buffer);
    return state.replace(allocator, converter.stmt(allocator.stmt())).taint();
  }

  private static DType type(ScheduleState state, Site.Block site, String text) {
    try {
      DType type = DType.parse(text);
      if (type.lanes() == 1 && (type.isInt() || type.isFloat() || type.isBool())) {
        return type;
      }
    } catch (IllegalArgumentException unknown) {
      // As for a type that no element can have.
    }
    throw state.refuse(NAME, "'" + text + "' is not the type of an element", site);
  }

  /** Converts at each access of a buffer and its views. */
  private static final class Converter extends IrRewriter {
    private final DType target;
    private final Map<Buffer, Buffer> buffers = new HashMap<>();
    private final Map<Expr, Expr> pointers = new HashMap<>();

    Converter(DType target) {
      this.target = target;
    }

    void add(Buffer old) {
      Buffer converted = old.withDtype(target);
      buffers.put(old, converted);
      pointers.put(old.data(), converted.data());
    }

    @Override
    public Expr expr(Expr node) {
      Expr pointer = pointers.get(node);
      if (pointer != null) {
        return pointer;
      }
      Expr mapped = super.expr(node);
      if (mapped instanceof Expr.Load(var buffer, var indices, var predicate)) {
        Buffer converted = buffers.get(buffer);
        return converted == null
            ? mapped
            : new Expr.Cast(mapped.dtype(), new Expr.Load(converted, indices, predicate));
      }
      return mapped;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.Block block) {
        for (MatchBufferRegion match : block.matchBuffers()) {
          if (buffers.containsKey(match.source().buffer())) {
            add(match.buffer());
          }
        }
      }
      Stmt mapped = super.stmt(node);
      if (mapped instanceof Stmt.Store(var buffer, var value, var indices, var predicate)) {
        Buffer converted = buffers.get(buffer);
        return converted == null
            ? mapped
            : new Stmt.Store(
                converted,
                new Expr.Cast(target.withLanes(value.dtype().lanes()), value),
                indices,
                predicate);
      }
      return mapped instanceof Stmt.Block block ? block(block) : mapped;
    }

    private Stmt block(Stmt.Block block) {
      List<MatchBufferRegion> views = new ArrayList<>();
      for (MatchBufferRegion match : block.matchBuffers()) {
        views.add(
            new MatchBufferRegion(
                buffers.getOrDefault(match.buffer(), match.buffer()), region(match.source())));
      }
      Stmt.Block changed =
          block
              .withRegions(
                  block.reads().stream().map(this::region).toList(),
                  block.writes().stream().map(this::region).toList())
              .withAllocBuffers(
                  block.allocBuffers().stream().map(b -> buffers.getOrDefault(b, b)).toList());
      return Blocks.withViews(changed, views);
    }

    private BufferRegion region(BufferRegion region) {
      Buffer converted = buffers.get(region.buffer());
      return converted == null ? region : new BufferRegion(converted, region.region());
    }
  }
}
