package dev.weft.tir;

import dev.weft.base.DType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Replaces variables by expressions and buffers by buffers, everywhere: in indices, in access
 * regions, in the shapes, strides and offsets of buffers, in pointers.
 *
 * <p>A buffer whose shape, strides, offset or pointer mentions a replaced variable is itself
 * replaced by a new buffer, one for each original.
 */
public final class Substitute extends IrRewriter {
  private final Map<Var, ? extends Expr> vars;
  private final Map<Buffer, Buffer> buffers;

  private Substitute(Map<Var, ? extends Expr> vars, Map<Buffer, Buffer> buffers) {
    this.vars = vars;
    this.buffers = new HashMap<>(buffers);
  }

  /** Replaces variables in an expression. */
  public static Expr in(Expr node, Map<Var, ? extends Expr> vars) {
    return vars.isEmpty() ? node : new Substitute(vars, Map.of()).expr(node);
  }

  /** Replaces variables in a statement. */
  public static Stmt in(Stmt node, Map<Var, ? extends Expr> vars) {
    return vars.isEmpty() ? node : new Substitute(vars, Map.of()).stmt(node);
  }

  /** Replaces variables and buffers in a statement. */
  public static Stmt in(Stmt node, Map<Var, ? extends Expr> vars, Map<Buffer, Buffer> buffers) {
    return new Substitute(vars, buffers).stmt(node);
  }

  /** Replaces variables and buffers in an expression. */
  public static Expr in(Expr node, Map<Var, ? extends Expr> vars, Map<Buffer, Buffer> buffers) {
    return new Substitute(vars, buffers).expr(node);
  }

  /** Replaces variables in a region. */
  public static BufferRegion in(BufferRegion region, Map<Var, ? extends Expr> vars) {
    return vars.isEmpty() ? region : new Substitute(vars, Map.of()).region(region);
  }

  @Override
  public Expr expr(Expr node) {
    if (node instanceof Var v) {
      Expr replacement = vars.get(v);
      return replacement == null ? v : replacement;
    }
    Expr mapped = super.expr(node);
    if (mapped instanceof Expr.Load(Buffer buffer, List<Expr> indices, Expr predicate)) {
      Buffer replacement = buffer(buffer);
      return replacement == buffer ? mapped : new Expr.Load(replacement, indices, predicate);
    }
    return mapped;
  }

  @Override
  public Stmt stmt(Stmt node) {
    Stmt mapped = super.stmt(node);
    return switch (mapped) {
      case Stmt.Store(var buffer, var value, var indices, var predicate) -> {
        Buffer replacement = buffer(buffer);
        yield replacement == buffer
            ? mapped
            : new Stmt.Store(replacement, value, indices, predicate);
      }
      case Stmt.DeclBuffer(var buffer, var body) -> {
        Buffer replacement = buffer(buffer);
        yield replacement == buffer ? mapped : new Stmt.DeclBuffer(replacement, body);
      }
      case Stmt.Allocate(
              var data,
              var dtype,
              var extents,
              var condition,
              var annotations,
              var body) -> {
        Var replacement = pointer(data);
        yield replacement == data
            ? mapped
            : new Stmt.Allocate(replacement, dtype, extents, condition, annotations, body);
      }
      case Stmt.Attr(Buffer about, var key, var value, var body) -> {
        Buffer replacement = buffer(about);
        yield replacement == about ? mapped : new Stmt.Attr(replacement, key, value, body);
      }
      case Stmt.Block block -> block(block);
      case Stmt.Let s -> s;
      case Stmt.Attr s -> s;
      case Stmt.Assert s -> s;
      case Stmt.AllocateConst s -> s;
      case Stmt.Seq s -> s;
      case Stmt.Evaluate s -> s;
      case Stmt.If s -> s;
      case Stmt.For s -> s;
      case Stmt.While s -> s;
      case Stmt.Break s -> s;
      case Stmt.Continue s -> s;
      case Stmt.ThreadGroup s -> s;
      case Stmt.BlockRealize s -> s;
    };
  }

  private Stmt.Block block(Stmt.Block block) {
    List<BufferRegion> reads = Children.mapList(block.reads(), this::regionBuffer);
    List<BufferRegion> writes = Children.mapList(block.writes(), this::regionBuffer);
    List<Buffer> allocs = Children.mapList(block.allocBuffers(), this::buffer);
    List<MatchBufferRegion> matches =
        Children.mapList(
            block.matchBuffers(),
            match -> {
              Buffer view = buffer(match.buffer());
              BufferRegion source = regionBuffer(match.source());
              return view == match.buffer() && source == match.source()
                  ? match
                  : new MatchBufferRegion(view, source);
            });
    boolean same =
        reads == block.reads()
            && writes == block.writes()
            && allocs == block.allocBuffers()
            && matches == block.matchBuffers();
    return same
        ? block
        : new Stmt.Block(
            block.name(),
            block.iterVars(),
            reads,
            writes,
            allocs,
            matches,
            block.annotations(),
            block.init(),
            block.body());
  }

  private BufferRegion region(BufferRegion region) {
    return regionBuffer(Children.map(region, this::expr));
  }

  private BufferRegion regionBuffer(BufferRegion region) {
    Buffer replacement = buffer(region.buffer());
    return replacement == region.buffer() ? region : new BufferRegion(replacement, region.region());
  }

  private Var pointer(Var data) {
    return vars.get(data) instanceof Var replacement ? replacement : data;
  }

  private Buffer buffer(Buffer buffer) {
    Buffer known = buffers.get(buffer);
    if (known == null) {
      Buffer rebuilt = rebuilt(buffer);
      known = rebuilt == null ? buffer : rebuilt;
      buffers.put(buffer, known);
    }
    return known;
  }

  private @Nullable Buffer rebuilt(Buffer buffer) {
    if (vars.isEmpty()) {
      return null;
    }
    Var data = pointer(buffer.data());
    List<Expr> shape = Children.mapList(buffer.shape(), this::expr);
    List<Expr> strides = Children.mapList(buffer.strides(), this::expr);
    Expr offset = expr(buffer.elemOffset());
    boolean same =
        data == buffer.data()
            && shape == buffer.shape()
            && strides == buffer.strides()
            && offset == buffer.elemOffset();
    if (same) {
      return null;
    }
    DType dtype = buffer.dtype();
    return new Buffer(
        data,
        dtype,
        shape,
        strides,
        offset,
        buffer.name(),
        buffer.alignment(),
        buffer.offsetFactor(),
        buffer.axisSeparators());
  }
}
