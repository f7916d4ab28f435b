package dev.weft.lowering.rules;

import dev.weft.base.DType;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.AccessRegions;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A contraction in the form that register tiles need: three blocks in place of one.
 *
 * <pre>
 * panel[b, y, k, j]       = V[b, y * columns + j, k], 0 behind the last column
 * tile[b, y, x, i, j]    += S[b, min(x * rows + i, last), k] * panel[b, y, k, j]
 * C[b, x * rows + i, y * columns + j] = tile[b, y, x, i, j], where there is such an element
 * </pre>
 *
 * <p>{@code b} stands for the batch axes, {@code k} for the reduction axes; rows and columns are
 * several axes fused where there are several. Tiles that stick out of the result compute its last
 * row again, and columns of zeros, which are written nowhere: so no tile has conditions in its
 * reduction, whatever the sizes are.
 */
final class PackedForm {
  /**
   * An annotation of the panel's block: how many neighbours in it are neighbours in the factor,
   * too.
   */
  static final String PANEL = "weft.panel";

  /** An annotation of the tile's block: the lanes of a vector. */
  static final String TILE = "weft.tile";

  /** As {@link #TILE}, of the block that writes the results. */
  static final String WRITER = "weft.writer";

  /** An annotation of the tile's block: how many tiles, one below the other, a thread makes. */
  static final String BANDS = "weft.bands";

  private final Contraction contraction;
  private final Contraction.Operand vectors;
  private final Contraction.Operand scalars;
  private final FusedAxes rows;
  private final FusedAxes columns;
  private final ContractionTile tile;
  private final long bandsPerThread;
  private final long run;
  private final DType index;
  private final List<IterVar> batchAxes;
  private final List<IterVar> reduceAxes;

  /** Axes with a single value. */
  private final Map<Var, Expr> fixed = new HashMap<>();

  private final Analyzer analyzer = new Analyzer();

  /** The tiles along the rows and along the columns. */
  private final Expr down;

  private final Expr across;
  private final Buffer panel;
  private final Buffer sums;

  /**
   * @param vectors the factor that is read in vectors, from the panel
   * @param rows the axes that only the other factor depends on
   * @param columns the axes that only {@code vectors} depends on
   * @param tile the sizes of the tile
   * @param bandsPerThread how many tiles, one below the other, are for one thread; there are a
   *     multiple of that, at least as many as cover the rows
   * @param run how many neighbours along the columns are neighbours in {@code vectors}
   */
  PackedForm(
      Contraction contraction,
      Contraction.Operand vectors,
      FusedAxes rows,
      FusedAxes columns,
      ContractionTile tile,
      long bandsPerThread,
      long run) {
    this.contraction = contraction;
    this.vectors = vectors;
    this.scalars = vectors == contraction.left() ? contraction.right() : contraction.left();
    this.rows = rows;
    this.columns = columns;
    this.tile = tile;
    this.bandsPerThread = bandsPerThread;
    this.run = run;
    this.index = contraction.block().axes().getFirst().var().dtype();
    for (IterVar axis : contraction.block().axes()) {
      if (axis.dom().extent().isConst(1)) {
        fixed.put(axis.var(), number(0));
      }
    }
    this.batchAxes = varying(contraction.batchAxes());
    this.reduceAxes = varying(contraction.reduceAxes());
    Expr groups = ceilDiv(rows.extent(), tile.rows() * bandsPerThread);
    this.down = analyzer.simplify(Expr.mul(groups, bandsPerThread));
    this.across = ceilDiv(columns.extent(), tile.columns());
    List<Expr> batch = extents(batchAxes);
    List<Expr> shape = new ArrayList<>(batch);
    shape.add(across);
    shape.addAll(extents(reduceAxes));
    shape.add(number(tile.columns()));
    String factor = vectors.loads().getFirst().buffer().name();
    this.panel = Buffer.of(factor + "_panel", vectors.value().dtype(), Scope.GLOBAL, shape);
    List<Expr> tiles = new ArrayList<>(batch);
    tiles.addAll(List.of(across, down, number(tile.rows()), number(tile.columns())));
    Buffer result = store().buffer();
    this.sums = Buffer.of(result.name() + "_tile", result.dtype(), Scope.GLOBAL, tiles);
  }

  private Stmt.Store store() {
    Stmt.Store store = contraction.block().store();
    if (store == null) {
      throw new IllegalStateException("a contraction is a store");
    }
    return store;
  }

  /** The buffers that the blocks hand values on in. */
  List<Buffer> buffers() {
    return List.of(panel, sums);
  }

  private List<IterVar> varying(List<IterVar> axes) {
    return axes.stream().filter(axis -> !fixed.containsKey(axis.var())).toList();
  }

  /** What stands for the axes of the contraction in a new block. */
  private Map<Var, Expr> values(Map<Var, Var> axes) {
    Map<Var, Expr> values = new HashMap<>(fixed);
    values.putAll(axes);
    return values;
  }

  private static List<Expr> extents(List<IterVar> axes) {
    return axes.stream().map(axis -> axis.dom().extent()).toList();
  }

  private Expr number(long value) {
    return Expr.imm(index, value);
  }

  private Expr ceilDiv(Expr a, long b) {
    return analyzer.simplify(Expr.floorDiv(Expr.add(a, b - 1), b));
  }

  /** Axes of a new block, each with a loop. */
  private final class Nest {
    private final List<IterVar> axes = new ArrayList<>();
    private final List<Var> loops = new ArrayList<>();

    Var spatial(String name, Expr extent) {
      return axis(name, extent, IterVar.Kind.SPATIAL);
    }

    private Var axis(String name, Expr extent, IterVar.Kind kind) {
      Var var = Var.of("v_" + name, index);
      axes.add(
          kind == IterVar.Kind.SPATIAL
              ? IterVar.spatial(extent, var)
              : IterVar.reduce(extent, var));
      loops.add(Var.of(name, index));
      return var;
    }

    /** Axes like others, and what stands for the others. */
    Map<Var, Var> like(List<IterVar> others, IterVar.Kind kind) {
      Map<Var, Var> map = new HashMap<>();
      for (IterVar other : others) {
        map.put(other.var(), axis(other.var().name(), other.dom().extent(), kind));
      }
      return map;
    }

    /** The block in its loops. */
    Stmt block(
        String name, String annotation, Expr predicate, @Nullable Stmt init, Stmt.Store body) {
      Map<String, AttrValue> annotations = new LinkedHashMap<>();
      annotations.put(annotation, Expr.int32(annotation.equals(PANEL) ? run : tile.lanes()));
      if (annotation.equals(TILE)) {
        annotations.put(BANDS, Expr.int32(bandsPerThread));
      }
      Stmt.Block block =
          AccessRegions.annotated(
              new Stmt.Block(
                  name, axes, List.of(), List.of(), List.of(), List.of(), annotations, init, body));
      Map<Var, Expr> values = new HashMap<>();
      for (int i = 0; i < loops.size(); i++) {
        values.put(axes.get(i).var(), loops.get(i));
      }
      Stmt stmt =
          new Stmt.BlockRealize(List.copyOf(loops), Substitute.in(predicate, values), block);
      for (int i = loops.size() - 1; i >= 0; i--) {
        stmt = Stmt.For.serial(loops.get(i), axes.get(i).dom().extent(), stmt);
      }
      return stmt;
    }
  }

  /** The block that lays out the factor that is read in vectors. */
  Stmt panelBlock() {
    Nest nest = new Nest();
    Map<Var, Expr> values = values(nest.like(batchAxes, IterVar.Kind.SPATIAL));
    Var strip = nest.spatial("strip", across);
    values.putAll(nest.like(reduceAxes, IterVar.Kind.SPATIAL));
    Var column = nest.spatial("column", number(tile.columns()));
    Expr position = position(strip, tile.columns(), column);
    values.putAll(columns.at(position));
    Expr element = simplified(nest, Substitute.in(vectors.value(), values));
    if (!covers(across, tile.columns(), columns.extent())) {
      Expr inside = Expr.lt(position, columns.extent());
      Expr zero = Expr.imm(element.dtype(), 0);
      element = Expr.Call.of(element.dtype(), Intrinsic.IF_THEN_ELSE, inside, element, zero);
    }
    List<Expr> indices = nest.axes.stream().<Expr>map(IterVar::var).toList();
    return nest.block(
        panel.name(), PANEL, Expr.bool(true), null, new Stmt.Store(panel, element, indices));
  }

  /** The block that sums the products of a tile up. */
  Stmt tileBlock() {
    Nest nest = new Nest();
    Map<Var, Expr> values = values(nest.like(batchAxes, IterVar.Kind.SPATIAL));
    int batch = nest.axes.size();
    Var strip = nest.spatial("strip", across);
    Var band = nest.spatial("band", down);
    Map<Var, Var> reduce = nest.like(reduceAxes, IterVar.Kind.REDUCE);
    Var row = nest.spatial("row", number(tile.rows()));
    Var column = nest.spatial("column", number(tile.columns()));
    values.putAll(reduce);
    values.putAll(rows.at(row(band, row)));
    Expr scalar = simplified(nest, Substitute.in(scalars.value(), values));
    List<Expr> inPanel = new ArrayList<>();
    List<Expr> inTile = new ArrayList<>();
    for (int i = 0; i < batch; i++) {
      inPanel.add(nest.axes.get(i).var());
      inTile.add(nest.axes.get(i).var());
    }
    inPanel.add(strip);
    reduceAxes.forEach(axis -> inPanel.add(values.get(axis.var())));
    inPanel.add(column);
    inTile.addAll(List.of(strip, band, row, column));
    Expr vector = new Expr.Load(panel, inPanel);
    Stmt.Store old = store();
    Expr sum = new Expr.Load(sums, inTile);
    Expr value =
        new IrRewriter() {
          @Override
          public Expr expr(Expr node) {
            return node == scalars.value()
                ? scalar
                : node == vectors.value()
                    ? vector
                    : node instanceof Expr.Load load && load.buffer() == old.buffer()
                        ? sum
                        : super.expr(node);
          }
        }.expr(old.value());
    if (!(contraction.block().site().block().init() instanceof Stmt.Store init)) {
      throw new IllegalStateException("a contraction begins with a store");
    }
    return nest.block(
        sums.name(),
        TILE,
        Expr.bool(true),
        new Stmt.Store(sums, init.value(), inTile),
        new Stmt.Store(sums, value, inTile));
  }

  /**
   * The block that writes the results.
   *
   * @param consumer what is done with each element of the result, at once; null to write it as it
   *     is
   */
  Stmt writerBlock(@Nullable BlockInfo consumer) {
    Nest nest = new Nest();
    Map<Var, Expr> values = values(nest.like(batchAxes, IterVar.Kind.SPATIAL));
    Var strip = nest.spatial("strip", across);
    Var band = nest.spatial("band", down);
    Var row = nest.spatial("row", number(tile.rows()));
    Var column = nest.spatial("column", number(tile.columns()));
    List<Expr> inTile = nest.axes.stream().<Expr>map(IterVar::var).toList();
    Expr r = position(band, tile.rows(), row);
    Expr c = position(strip, tile.columns(), column);
    values.putAll(rows.at(r));
    values.putAll(columns.at(c));
    Expr inside = Expr.bool(true);
    if (!covers(down, tile.rows(), rows.extent())) {
      inside = Expr.and(inside, Expr.lt(r, rows.extent()));
    }
    if (!covers(across, tile.columns(), columns.extent())) {
      inside = Expr.and(inside, Expr.lt(c, columns.extent()));
    }
    Stmt.Store old = store();
    List<Expr> place =
        old.indices().stream().map(i -> simplified(nest, Substitute.in(i, values))).toList();
    Expr sum = new Expr.Load(sums, inTile);
    Stmt.Store written =
        consumer == null
            ? new Stmt.Store(old.buffer(), sum, place)
            : consumed(consumer, old.buffer(), place, sum, nest);
    return nest.block(written.buffer().name(), WRITER, inside, null, written);
  }

  /** What the consumer stores for the element at {@code place}. */
  private Stmt.Store consumed(
      BlockInfo consumer, Buffer result, List<Expr> place, Expr sum, Nest nest) {
    Stmt.Store store = consumer.store();
    Expr.Load use =
        consumer.loads().stream().filter(l -> l.buffer() == result).findFirst().orElse(null);
    if (store == null || use == null) {
      throw new IllegalStateException("a consumer stores and reads the result");
    }
    Map<Var, Expr> values = new HashMap<>();
    consumer.axes().forEach(axis -> values.put(axis.var(), number(0)));
    for (int i = 0; i < place.size(); i++) {
      if (use.indices().get(i) instanceof Var axis) {
        values.put(axis, place.get(i));
      }
    }
    IrRewriter rewriter =
        new IrRewriter() {
          @Override
          public Expr expr(Expr node) {
            return node instanceof Expr.Load load && load.buffer() == result
                ? sum
                : node instanceof Var v ? values.getOrDefault(v, v) : super.expr(node);
          }
        };
    List<Expr> indices =
        store.indices().stream().map(i -> simplified(nest, rewriter.expr(i))).toList();
    return new Stmt.Store(store.buffer(), simplified(nest, rewriter.expr(store.value())), indices);
  }

  /**
   * The row of the contraction that is the tile's row {@code i}: never one that is not there.
   * Lowering cuts the last tile off the others, which then need no minimum.
   */
  private Expr row(Var band, Var i) {
    Expr position = position(band, tile.rows(), i);
    return covers(down, tile.rows(), rows.extent())
        ? position
        : Expr.min(position, analyzer.simplify(Expr.sub(rows.extent(), 1)));
  }

  private static Expr position(Expr outer, int size, Expr inner) {
    return Expr.add(Expr.mul(outer, size), inner);
  }

  private boolean covers(Expr tiles, int size, Expr extent) {
    return analyzer.proveEqual(Expr.mul(tiles, size), extent);
  }

  private Expr simplified(Nest nest, Expr value) {
    Analyzer known = new Analyzer();
    nest.axes.forEach(axis -> known.bind(axis.var(), axis.dom()));
    return new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        return node.dtype().equals(index) ? known.simplify(node) : super.expr(node);
      }
    }.expr(value);
  }
}
