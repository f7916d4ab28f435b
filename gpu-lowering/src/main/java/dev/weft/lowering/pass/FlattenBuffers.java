package dev.weft.lowering.pass;

import dev.weft.lowering.Invariant;
import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes every buffer one-dimensional, as memory is. Strides and offsets go into the index; a scalar
 * buffer gets one element.
 *
 * <pre>{@code
 * A[i, j]   →   A[i*1024 + j]
 * }</pre>
 */
public final class FlattenBuffers implements Pass {
  @Override
  public String name() {
    return "flatten_buffers";
  }

  @Override
  public Set<Invariant> establishes() {
    return Set.of(Invariant.FLAT_BUFFERS);
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    Flattener flattener = new Flattener();
    Map<Var, Buffer> params = new LinkedHashMap<>();
    function.bufferMap().forEach((handle, buffer) -> params.put(handle, flattener.flat(buffer)));
    Stmt body = flattener.stmt(function.body());
    return new PrimFunc(function.params(), params, function.attrs(), body);
  }

  private static final class Flattener extends IrRewriter {
    private final Analyzer analyzer = new Analyzer();
    private final Map<Buffer, Buffer> flat = new HashMap<>();

    Buffer flat(Buffer buffer) {
      return flat.computeIfAbsent(buffer, this::flattened);
    }

    private Buffer flattened(Buffer buffer) {
      Expr size = Expr.imm(buffer.indexType(), 1);
      if (!buffer.strides().isEmpty()) {
        size = Expr.mul(buffer.shape().get(0), buffer.strides().get(0));
      } else {
        for (Expr dim : buffer.shape()) {
          size = Expr.mul(size, dim);
        }
      }
      size = analyzer.simplify(size);
      return buffer.rank() == 1 && buffer.strides().isEmpty() && isZero(buffer.elemOffset())
          ? buffer
          : new Buffer(
              buffer.data(),
              buffer.dtype(),
              List.of(size),
              List.of(),
              Expr.imm(size.dtype(), 0),
              buffer.name(),
              buffer.alignment(),
              1,
              List.of());
    }

    private static boolean isZero(Expr e) {
      return e.isConst(0);
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.For f) {
        analyzer.bind(f.var(), new Range(f.min(), f.extent()));
      }
      Stmt mapped = super.stmt(node);
      if (mapped instanceof Stmt.Store store) {
        return new Stmt.Store(
            flat(store.buffer()),
            store.value(),
            List.of(index(store.buffer(), store.indices())),
            store.predicate());
      }
      if (mapped instanceof Stmt.DeclBuffer(Buffer buffer, Stmt body)) {
        return new Stmt.DeclBuffer(flat(buffer), body);
      }
      if (mapped instanceof Stmt.Allocate a) {
        Expr size = Expr.int32(1);
        for (Expr extent : a.extents()) {
          size = Expr.mul(size, extent);
        }
        return new Stmt.Allocate(
            a.data(),
            a.dtype(),
            List.of(analyzer.simplify(size)),
            a.condition(),
            a.annotations(),
            a.body());
      }
      return mapped;
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      if (mapped instanceof Expr.Load load) {
        return new Expr.Load(
            flat(load.buffer()), List.of(index(load.buffer(), load.indices())), load.predicate());
      }
      return mapped;
    }

    private Expr index(Buffer buffer, List<Expr> indices) {
      List<Expr> strides = buffer.effectiveStrides();
      List<Expr> terms = new ArrayList<>();
      for (int i = 0; i < indices.size(); i++) {
        terms.add(Expr.mul(indices.get(i), strides.get(i)));
      }
      Expr sum = buffer.elemOffset();
      for (Expr term : terms) {
        sum = Expr.add(sum, term);
      }
      return analyzer.simplify(sum);
    }
  }
}
