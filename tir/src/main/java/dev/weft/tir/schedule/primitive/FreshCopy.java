package dev.weft.tir.schedule.primitive;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Children;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A copy of IR with variables and buffers of its own: those that it binds, and the buffers given to
 * {@link #buffer}. Indices get one integer type, that of the place where the copy goes.
 */
final class FreshCopy extends IrRewriter {
  private final @Nullable DType indexType;
  private final Map<Var, Var> vars = new HashMap<>();
  private final Map<Buffer, Buffer> buffers = new HashMap<>();

  /**
   * @param indexType the type of loop variables, axes, shapes, strides and offsets in the copy;
   *     null leaves each as it is
   */
  FreshCopy(@Nullable DType indexType) {
    this.indexType = indexType;
  }

  /** The copy of a buffer: with a pointer, symbolic sizes, strides and offset of its own. */
  Buffer buffer(Buffer buffer) {
    Buffer known = buffers.get(buffer);
    if (known == null) {
      Expr offset = buffer.elemOffset();
      known =
          new Buffer(
              var(buffer.data()),
              buffer.dtype(),
              buffer.shape().stream().map(this::symbolic).toList(),
              buffer.strides().stream().map(this::symbolic).toList(),
              symbolic(offset),
              buffer.name(),
              buffer.alignment(),
              buffer.offsetFactor(),
              buffer.axisSeparators());
      buffers.put(buffer, known);
    }
    return known;
  }

  /** A size, stride or offset, which may be a new variable. */
  private Expr symbolic(Expr e) {
    return index(e instanceof Var v ? var(v) : e);
  }

  private Var var(Var var) {
    return vars.computeIfAbsent(
        var,
        v -> {
          boolean index = v.dtype().isInt() && v.dtype().lanes() == 1 && v.dtype().bits() > 8;
          Var fresh = v.renamed(v.name());
          return index && indexType != null ? fresh.withDtype(indexType) : fresh;
        });
  }

  /** An index or size in the index type. */
  private Expr index(Expr e) {
    Expr mapped = expr(e);
    return indexType != null && mapped.dtype().lanes() == 1 ? Expr.cast(indexType, mapped) : mapped;
  }

  private Range range(Range range) {
    return new Range(index(range.min()), index(range.extent()));
  }

  private BufferRegion region(BufferRegion region) {
    return new BufferRegion(
        known(region.buffer()), region.region().stream().map(this::range).toList());
  }

  private Buffer known(Buffer buffer) {
    return buffers.getOrDefault(buffer, buffer);
  }

  @Override
  public Expr expr(Expr node) {
    return switch (node) {
      case Var v -> vars.getOrDefault(v, v);
      case Expr.Binary(var op, var a, var b) -> Expr.binary(op, expr(a), expr(b));
      case Expr.Load(var buffer, var indices, var predicate) ->
          new Expr.Load(
              known(buffer),
              indices.stream().map(this::index).toList(),
              predicate == null ? null : expr(predicate));
      case Expr.Let(var v, var value, var body) -> {
        Expr mapped = expr(value);
        Var fresh = v.renamed(v.name()).withDtype(mapped.dtype());
        vars.put(v, fresh);
        yield new Expr.Let(fresh, mapped, expr(body));
      }
      case Expr e -> super.expr(e);
    };
  }

  @Override
  public Stmt stmt(Stmt node) {
    return switch (node) {
      case Stmt.For loop -> loop(loop);
      case Stmt.Block block -> block(block);
      case Stmt.BlockRealize(var values, var predicate, var block) ->
          new Stmt.BlockRealize(
              values.stream().map(this::index).toList(), expr(predicate), block(block));
      case Stmt.Store(var buffer, var value, var indices, var predicate) -> {
        Expr mapped = expr(value);
        Expr typed =
            mapped.dtype().equals(value.dtype()) ? mapped : Expr.cast(value.dtype(), mapped);
        yield new Stmt.Store(
            known(buffer),
            typed,
            indices.stream().map(this::index).toList(),
            predicate == null ? null : expr(predicate));
      }
      case Stmt.Let(var v, var value, var body) -> {
        Expr mapped = expr(value);
        Var fresh =
            v.pointerType() == null
                ? v.renamed(v.name()).withDtype(mapped.dtype())
                : v.renamed(v.name());
        vars.put(v, fresh);
        yield new Stmt.Let(fresh, mapped, stmt(body));
      }
      case Stmt.Allocate(
              var data,
              var dtype,
              var extents,
              var condition,
              var annotations,
              var body) ->
          new Stmt.Allocate(
              var(data),
              dtype,
              extents.stream().map(this::index).toList(),
              expr(condition),
              Children.mapAnnotations(annotations, this::expr),
              stmt(body));
      case Stmt.AllocateConst(var data, var dtype, var extents, var values, var body) ->
          new Stmt.AllocateConst(var(data), dtype, extents, values, stmt(body));
      case Stmt.DeclBuffer(var buffer, var body) -> new Stmt.DeclBuffer(buffer(buffer), stmt(body));
      case Stmt.Attr(var about, var key, var value, var body) -> {
        AttrValue fresh =
            switch (about) {
              case IterVar axis -> axis(axis);
              case Buffer buffer -> known(buffer);
              case AttrValue other -> Children.map(other, this::expr);
            };
        yield new Stmt.Attr(fresh, key, expr(value), stmt(body));
      }
      case Stmt s -> super.stmt(s);
    };
  }

  private Stmt.For loop(Stmt.For loop) {
    Expr min = index(loop.min());
    Expr extent = index(loop.extent());
    return new Stmt.For(
        var(loop.var()),
        min,
        extent,
        loop.kind(),
        loop.thread(),
        Children.mapAnnotations(loop.annotations(), this::expr),
        stmt(loop.body()));
  }

  private IterVar axis(IterVar axis) {
    return new IterVar(range(axis.dom()), var(axis.var()), axis.kind(), axis.thread());
  }

  private Stmt.Block block(Stmt.Block block) {
    List<IterVar> axes = block.iterVars().stream().map(this::axis).toList();
    List<Buffer> allocated = block.allocBuffers().stream().map(this::buffer).toList();
    List<MatchBufferRegion> views =
        block.matchBuffers().stream()
            .map(match -> new MatchBufferRegion(buffer(match.buffer()), region(match.source())))
            .toList();
    @Nullable Stmt init = block.init() == null ? null : stmt(block.init());
    return new Stmt.Block(
        block.name(),
        axes,
        block.reads().stream().map(this::region).toList(),
        block.writes().stream().map(this::region).toList(),
        allocated,
        views,
        Children.mapAnnotations(block.annotations(), this::expr),
        init,
        stmt(block.body()));
  }
}
