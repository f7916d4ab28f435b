package dev.weft.lowering.rules;

import dev.weft.base.DType;
import dev.weft.lowering.intrin.FragmentLayout;
import dev.weft.lowering.intrin.Mma;
import dev.weft.lowering.intrin.Wgmma;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.TensorIntrin;
import dev.weft.tir.target.Feature;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products of 16-bit floats and 8-bit integers on the tensor cores of NVIDIA GPUs from sm_80
 * on: a thread block copies tiles of both factors to permuted shared memory with {@code cp.async},
 * several steps ahead; its warps load fragments with {@code ldmatrix} and multiply with {@code
 * mma.sync}; the sums stay in registers until the block that consumes them has written its results.
 *
 * <p>Sizes that tiles don't divide are padded with zeros on the way into shared memory, and what is
 * beyond the results is not written.
 */
final class TensorCoreGpu implements ScheduleRule {
  /** Fewer rows, columns or terms than this leave most of a tile unused. */
  private static final int SMALLEST = 16;

  private static final int TILE = 16;

  @Override
  public String name() {
    return "tensor-core-gpu";
  }

  /**
   * A matrix product.
   *
   * @param info the block
   * @param mma the instruction for its types
   * @param rows the axis of the left factor
   * @param columns the axis of the right factor
   * @param terms the axis that is summed over
   * @param leftTransposed whether the left factor is stored as terms by rows
   * @param rightTransposed whether the right factor is stored as columns by terms
   */
  private record Product(
      BlockInfo info,
      Mma mma,
      Expr.Load left,
      Expr.Load right,
      IterVar rows,
      IterVar columns,
      IterVar terms,
      boolean leftTransposed,
      boolean rightTransposed) {}

  @Override
  public boolean apply(Schedule schedule, List<BlockRef> pending, Target target) {
    BlockRef block = pending.getFirst();
    Product product = product(BlockInfo.of(schedule, block), target);
    if (product == null) {
      return false;
    }
    long batch =
        product.info.axes(IterVar.Kind.SPATIAL).stream()
            .filter(axis -> axis != product.rows && axis != product.columns)
            .mapToLong(axis -> BlockInfo.extent(axis).orElse(1))
            .reduce(1, (a, b) -> a * b);
    long m = BlockInfo.extent(product.rows).orElse(0);
    long n = BlockInfo.extent(product.columns).orElse(0);
    long k = BlockInfo.extent(product.terms).orElse(0);
    MmaSketch groups =
        isForGroups(product, target) ? MmaSketch.chooseGroups(m, n, batch, target) : null;
    MmaSketch sketch =
        groups == null ? MmaSketch.choose(product.mma, m, n, k, batch, target) : groups;
    new Scheduler(schedule, block, product, sketch, groups != null).run();
    return true;
  }

  /** Whether warp groups can multiply: 16-bit floats, the left factor's rows along the sum. */
  private static boolean isForGroups(Product product, Target target) {
    return target.capabilities().features().contains(Feature.WARP_GROUP_MMA)
        && product.mma.factors().bits() == 16
        && product.mma.sums().equals(DType.FLOAT32)
        && !product.leftTransposed;
  }

  private static @Nullable Product product(BlockInfo info, Target target) {
    Contraction contraction = Contraction.of(info);
    if (target.kind() != Target.Kind.CUDA
        || !target.capabilities().features().contains(Feature.TENSOR_CORES)
        || !target.capabilities().features().contains(Feature.ASYNC_COPY)
        || contraction == null
        || !contraction.isMatmulLike()
        || contraction.reduceAxes().size() != 1
        || !info.hasOneLoopPerAxis()
        || !info.isAloneAtRoot()) {
      return null;
    }
    Buffer output = info.output();
    Expr.Load left = contraction.left().loads().getFirst();
    Expr.Load right = contraction.right().loads().getFirst();
    IterVar rows = largest(contraction.leftAxes());
    IterVar columns = largest(contraction.rightAxes());
    IterVar terms = contraction.reduceAxes().getFirst();
    DType factors = left.dtype();
    if (output == null
        || rows == null
        || columns == null
        || BlockInfo.extent(terms).orElse(SMALLEST) < SMALLEST
        || left.buffer() == right.buffer()
        || !right.dtype().equals(factors)
        || factors.bits() > 16
        || (isFloat8(factors) && generation(target) < 89)
        || !Mma.exists(factors, output.dtype())
        || !isFactor(contraction.left().value(), output.dtype())
        || !isFactor(contraction.right().value(), output.dtype())) {
      return null;
    }
    Boolean leftByRows = isLast(left, rows, terms);
    Boolean rightByColumns = isLast(right, columns, terms);
    if (leftByRows == null || rightByColumns == null) {
      return null;
    }
    return new Product(
        info,
        new Mma(factors, output.dtype()),
        left,
        right,
        rows,
        columns,
        terms,
        !leftByRows,
        rightByColumns);
  }

  private static boolean isFloat8(DType dtype) {
    return dtype.isFloat() && dtype.bits() == 8;
  }

  /** 80 for sm_80. */
  private static int generation(Target target) {
    return Integer.parseInt(target.arch().replaceAll("\\D", ""));
  }

  /** An element as it is stored, converted to the type of the sums. */
  private static boolean isFactor(Expr value, DType sums) {
    return value instanceof Expr.Load load
        ? load.dtype().equals(sums)
        : value instanceof Expr.Cast cast
            && cast.dtype().equals(sums)
            && cast.value() instanceof Expr.Load;
  }

  /**
   * Whether a factor is stored with the terms of the sum behind its rows (or columns); null if
   * either is no index of it, or neither the last.
   */
  private static @Nullable Boolean isLast(Expr.Load load, IterVar axis, IterVar terms) {
    int at = load.indices().indexOf(axis.var());
    int of = load.indices().indexOf(terms.var());
    boolean isRow = Math.max(at, of) == load.indices().size() - 1;
    return (at < 0 || of < 0 || !isRow) ? null : of > at;
  }

  private static @Nullable IterVar largest(List<IterVar> axes) {
    return axes.stream()
        .max(Comparator.comparingLong(axis -> BlockInfo.extent(axis).orElse(Long.MAX_VALUE)))
        .filter(axis -> BlockInfo.extent(axis).orElse(SMALLEST) >= SMALLEST)
        .orElse(null);
  }

  /** Schedules one product. */
  private static final class Scheduler {
    private final Schedule schedule;
    private final BlockRef block;
    private final Product product;
    private final MmaSketch sketch;

    /** Whether warp groups multiply out of shared memory ({@code wgmma}). */
    private final boolean groups;

    private final TiledProduct tiled;

    Scheduler(
        Schedule schedule, BlockRef block, Product product, MmaSketch sketch, boolean groups) {
      this.groups = groups;
      this.schedule = schedule;
      this.block = block;
      this.product = product;
      this.sketch = sketch;
      this.tiled = new TiledProduct(schedule, block, product.rows, product.columns, product.terms);
    }

    void run() {
      List<Expr> sums = tiled.output().indices();
      int rowAt = sums.indexOf(product.rows.var());
      int columnAt = sums.indexOf(product.columns.var());
      int lanesLeft = TiledProduct.lanes(product.left.buffer());
      int lanesRight = TiledProduct.lanes(product.right.buffer());
      BlockRef writer = tiled.padded(sketch.rows(), sketch.columns(), sketch.depth(), "warp");
      int writerRow = tiled.writerAxis(writer, rowAt);
      int writerColumn = tiled.writerAxis(writer, columnAt);

      BlockRef leftShared = tiled.staged(0, "shared");
      BlockRef rightShared = tiled.staged(1, "shared");
      FragmentLayout left = product.mma.left(product.leftTransposed);
      FragmentLayout right = product.mma.right(product.rightTransposed);
      Wgmma wgmma = new Wgmma(product.mma.factors(), sketch.tileColumns());
      FragmentLayout sumLayout = groups ? wgmma.sums() : FragmentLayout.SUMS;
      List<BlockRef> warpStages = new ArrayList<>();
      if (!groups) {
        BlockRef leftWarp = tiled.staged(0, "warp");
        BlockRef rightWarp = tiled.staged(1, "warp");
        inFragments(leftWarp, tiled.factor(0), tiled.axis(0), product.leftTransposed, left);
        inFragments(rightWarp, tiled.factor(1), tiled.axis(1), !product.rightTransposed, right);
        warpStages.addAll(List.of(leftWarp, rightWarp));
      }

      List<LoopRef> loops = schedule.getLoops(block);
      List<LoopRef> batch = new ArrayList<>();
      for (int i = 0; i < loops.size(); i++) {
        if (!tiled.isTiled(i)) {
          batch.add(loops.get(i));
        }
      }
      int depth = groups ? Wgmma.DEPTH : product.mma.depth();
      int width = sketch.tileColumns();
      List<LoopRef> i =
          schedule.split(
              loops.get(tiled.place(0)),
              null,
              sketch.warpsDown(),
              sketch.rows() / sketch.warpsDown() / TILE,
              TILE);
      List<LoopRef> j =
          schedule.split(
              loops.get(tiled.place(1)),
              null,
              sketch.warpsAcross(),
              sketch.columns() / sketch.warpsAcross() / width,
              width);
      List<LoopRef> k =
          schedule.split(loops.get(tiled.place(2)), null, sketch.depth() / depth, depth);
      List<LoopRef> order = new ArrayList<>(batch);
      order.addAll(List.of(i.get(0), j.get(0), i.get(1), j.get(1), k.get(0), k.get(1)));
      order.addAll(List.of(i.get(2), j.get(2), i.get(3), j.get(3), k.get(2)));
      schedule.reorder(order);
      if (!batch.isEmpty()) {
        schedule.bind(Loops.fuse(schedule, batch, block), ThreadTag.BLOCK_IDX_Z);
      }
      tiled.order(i.get(0), j.get(0));
      schedule.bind(i.get(1), ThreadTag.THREAD_IDX_Y);
      schedule.bind(j.get(1), ThreadTag.THREAD_IDX_Z);

      write(writer, j.get(1), writerRow, writerColumn);
      schedule.transformLayout(block, 0, true, sumLayout.map(sums.size(), rowAt, columnAt));
      if (groups && !product.rightTransposed) {
        Expr.Load load = tiled.factor(1);
        int at = load.indices().indexOf(tiled.axis(1).var());
        schedule.transformLayout(rightShared, 0, true, Wgmma.panels(load.indices().size(), at));
      }
      BlockRef tile = schedule.blockize(i.get(3));
      if (!groups) {
        Mma mma = product.mma;
        load(warpStages.get(0), k.get(1), left, mma.loadLeft(product.leftTransposed, "shared"));
        load(warpStages.get(1), k.get(1), right, mma.loadRight(product.rightTransposed, "shared"));
      }
      tiled.copyTogether(
          leftShared,
          k.get(0),
          sketch.warpsDown(),
          sketch.warpsAcross(),
          lanesLeft,
          isPermuted(left));
      tiled.copyTogether(
          rightShared,
          k.get(0),
          sketch.warpsDown(),
          sketch.warpsAcross(),
          lanesRight,
          isPermuted(right));

      BlockRef fill = schedule.decomposeReduction(tile, k.get(0));
      schedule.tensorize(fill, groups ? wgmma.fill() : product.mma.fill());
      schedule.tensorize(
          tile,
          groups
              ? wgmma.multiply(product.rightTransposed)
              : product.mma.multiply(product.leftTransposed, product.rightTransposed));
      for (LoopRef loop : List.of(k.get(1), i.get(2), j.get(2))) {
        schedule.unroll(loop);
      }
      List<LoopRef> filled = schedule.getLoops(fill);
      filled.subList(filled.indexOf(j.get(1)) + 1, filled.size()).forEach(schedule::unroll);
      tiled.pipelined(k.get(0), sketch.stages());
    }

    private static boolean isPermuted(FragmentLayout layout) {
      return layout.order() == FragmentLayout.Order.ROWS;
    }

    private void inFragments(
        BlockRef stage, Expr.Load load, IterVar axis, boolean axisLast, FragmentLayout layout) {
      int of = load.indices().indexOf(axis.var());
      int terms = load.indices().indexOf(tiled.axis(2).var());
      schedule.transformLayout(
          stage,
          0,
          true,
          layout.map(load.indices().size(), axisLast ? terms : of, axisLast ? of : terms));
    }

    /** Fragments from shared memory. */
    private void load(BlockRef copy, LoopRef step, FragmentLayout layout, TensorIntrin intrin) {
      schedule.computeAt(copy, step);
      List<LoopRef> loops = schedule.getLoops(copy);
      int last = loops.size() - 1;
      List<LoopRef> rows = schedule.split(loops.get(last - 1), null, layout.rows());
      List<LoopRef> columns = schedule.split(loops.get(last), null, layout.columns());
      schedule.reorder(rows.get(0), columns.get(0), rows.get(1), columns.get(1));
      schedule.tensorize(rows.get(1), intrin);
      schedule.unroll(rows.get(0));
      schedule.unroll(columns.get(0));
    }

    /** Every lane writes the results whose sums it has, two neighbours at a time. */
    private void write(BlockRef writer, LoopRef warp, int rowAxis, int columnAxis) {
      schedule.reverseComputeAt(writer, warp, true, -1);
      List<LoopRef> all = schedule.getLoops(writer);
      int first = all.indexOf(warp) + 1;
      int rows = sketch.rows() / sketch.warpsDown() / TILE;
      int columns = sketch.columns() / sketch.warpsAcross() / TILE;
      List<LoopRef> row = schedule.split(all.get(first + rowAxis), rows, 2, 8);
      List<LoopRef> column = schedule.split(all.get(first + columnAxis), columns, 2, 4, 2);
      schedule.reorder(
          row.get(0),
          column.get(0),
          row.get(2),
          column.get(2),
          row.get(1),
          column.get(1),
          column.get(3));
      LoopRef lane = schedule.fuse(row.get(2), column.get(2));
      schedule.bind(lane, ThreadTag.THREAD_IDX_X);
      for (LoopRef loop : List.of(row.get(0), column.get(0), row.get(1), column.get(1))) {
        schedule.unroll(loop);
      }
      BlockInfo info = BlockInfo.of(schedule, writer);
      IterVar axis = info.axes().get(columnAxis);
      if (info.isContiguousAlong(axis) && BlockInfo.extent(axis).orElse(1) % 2 == 0) {
        schedule.vectorize(column.get(3));
      } else {
        schedule.unroll(column.get(3));
      }
    }
  }
}
