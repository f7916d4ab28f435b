package dev.weft.lowering.rules;

import dev.weft.base.DType;
import dev.weft.lowering.intrin.FragmentLayout;
import dev.weft.lowering.intrin.Mma;
import dev.weft.lowering.intrin.Wgmma;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
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
import java.util.Objects;
import java.util.stream.IntStream;
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
  private static final int LANES = FragmentLayout.LANES;

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
   * either is no index of it.
   */
  private static @Nullable Boolean isLast(Expr.Load load, IterVar axis, IterVar terms) {
    int at = load.indices().indexOf(axis.var());
    int of = load.indices().indexOf(terms.var());
    return (at < 0 || of < 0) ? null : of > at;
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

    /** Which of the block's axes are rows, columns and terms. */
    private final List<Integer> places;

    Scheduler(
        Schedule schedule, BlockRef block, Product product, MmaSketch sketch, boolean groups) {
      this.groups = groups;
      this.schedule = schedule;
      this.block = block;
      this.product = product;
      this.sketch = sketch;
      List<IterVar> axes = product.info.axes();
      this.places =
          List.of(
              axes.indexOf(product.rows),
              axes.indexOf(product.columns),
              axes.indexOf(product.terms));
    }

    private IterVar axis(int which) {
      return BlockInfo.of(schedule, block).axes().get(places.get(which));
    }

    void run() {
      List<Expr> sums = output().indices();
      int rowAt = sums.indexOf(product.rows.var());
      int columnAt = sums.indexOf(product.columns.var());
      int lanesLeft = lanes(product.left.buffer());
      int lanesRight = lanes(product.right.buffer());
      BlockRef writer = padded();
      int writerRow = writerAxis(writer, rowAt);
      int writerColumn = writerAxis(writer, columnAt);

      BlockRef leftShared = staged(0, "shared");
      BlockRef rightShared = staged(1, "shared");
      FragmentLayout left = product.mma.left(product.leftTransposed);
      FragmentLayout right = product.mma.right(product.rightTransposed);
      Wgmma wgmma = new Wgmma(product.mma.factors(), sketch.tileColumns());
      FragmentLayout sumLayout = groups ? wgmma.sums() : FragmentLayout.SUMS;
      List<BlockRef> warpStages = new ArrayList<>();
      if (!groups) {
        BlockRef leftWarp = staged(0, "warp");
        BlockRef rightWarp = staged(1, "warp");
        inFragments(leftWarp, factor(0), axis(0), product.leftTransposed, left);
        inFragments(rightWarp, factor(1), axis(1), !product.rightTransposed, right);
        warpStages.addAll(List.of(leftWarp, rightWarp));
      }

      List<LoopRef> loops = schedule.getLoops(block);
      List<LoopRef> batch = new ArrayList<>();
      for (int i = 0; i < loops.size(); i++) {
        if (!places.contains(i)) {
          batch.add(loops.get(i));
        }
      }
      int depth = groups ? Wgmma.DEPTH : product.mma.depth();
      int width = sketch.tileColumns();
      List<LoopRef> i =
          schedule.split(
              loops.get(places.get(0)),
              null,
              sketch.warpsDown(),
              sketch.rows() / sketch.warpsDown() / TILE,
              TILE);
      List<LoopRef> j =
          schedule.split(
              loops.get(places.get(1)),
              null,
              sketch.warpsAcross(),
              sketch.columns() / sketch.warpsAcross() / width,
              width);
      List<LoopRef> k =
          schedule.split(loops.get(places.get(2)), null, sketch.depth() / depth, depth);
      List<LoopRef> order = new ArrayList<>(batch);
      order.addAll(List.of(i.get(0), j.get(0), i.get(1), j.get(1), k.get(0), k.get(1)));
      order.addAll(List.of(i.get(2), j.get(2), i.get(3), j.get(3), k.get(2)));
      schedule.reorder(order);
      if (!batch.isEmpty()) {
        schedule.bind(Loops.fuse(schedule, batch, block), ThreadTag.BLOCK_IDX_Z);
      }
      schedule.bind(i.get(0), ThreadTag.BLOCK_IDX_Y);
      schedule.bind(j.get(0), ThreadTag.BLOCK_IDX_X);
      schedule.bind(i.get(1), ThreadTag.THREAD_IDX_Y);
      schedule.bind(j.get(1), ThreadTag.THREAD_IDX_Z);

      write(writer, j.get(1), writerRow, writerColumn);
      schedule.transformLayout(block, 0, true, sumLayout.map(sums.size(), rowAt, columnAt));
      if (groups && !product.rightTransposed) {
        Expr.Load load = factor(1);
        int at = load.indices().indexOf(axis(1).var());
        schedule.transformLayout(rightShared, 0, true, Wgmma.panels(load.indices().size(), at));
      }
      BlockRef tile = schedule.blockize(i.get(3));
      if (!groups) {
        Mma mma = product.mma;
        load(warpStages.get(0), k.get(1), left, mma.loadLeft(product.leftTransposed, "shared"));
        load(warpStages.get(1), k.get(1), right, mma.loadRight(product.rightTransposed, "shared"));
      }
      copyTogether(leftShared, k.get(0), lanesLeft, left);
      copyTogether(rightShared, k.get(0), lanesRight, right);

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
      pipelined(k.get(0));
    }

    private Stmt.Store output() {
      return Objects.requireNonNull(BlockInfo.of(schedule, block).store(), "one store");
    }

    private Expr.Load factor(int which) {
      Contraction now =
          Objects.requireNonNull(Contraction.of(BlockInfo.of(schedule, block)), "a contraction");
      return (which == 0 ? now.left() : now.right()).loads().getFirst();
    }

    /** Elements that one copy of a thread moves: as many as whole rows of the factor allow. */
    private static int lanes(Buffer factor) {
      long row = BlockInfo.constant(factor.shape().getLast()).orElse(1);
      int lanes = 16 / factor.dtype().bytes();
      while (row % lanes != 0) {
        lanes /= 2;
      }
      return lanes;
    }

    /**
     * Pads the product to whole tiles; the sums are put into the memory of warps.
     *
     * @return the block that takes the sums from there
     */
    private BlockRef padded() {
      List<Integer> padding = new ArrayList<>();
      boolean pads = false;
      int[] sizes = {sketch.rows(), sketch.columns(), sketch.depth()};
      List<IterVar> axes = product.info.axes();
      for (int i = 0; i < axes.size(); i++) {
        int which = places.indexOf(i);
        padding.add(which < 0 ? 1 : sizes[which]);
        pads |= which >= 0 && BlockInfo.extent(axes.get(i)).orElse(1) % sizes[which] != 0;
      }
      if (!pads) {
        return Tail.split(schedule, block, "warp");
      }
      Buffer before = output().buffer();
      schedule.padEinsum(block, padding);
      if (output().buffer() == before) {
        return Tail.split(schedule, block, "warp");
      }
      BlockRef cut = schedule.getConsumers(block).getFirst();
      BlockRef consumer = Tail.consumer(schedule, cut);
      if (consumer != null) {
        schedule.computeInline(cut);
      }
      schedule.setScope(block, 0, "warp");
      return consumer == null ? cut : consumer;
    }

    /** The axis of the writing block along a dimension of the sums. */
    private int writerAxis(BlockRef writer, int dimension) {
      BlockInfo info = BlockInfo.of(schedule, writer);
      Buffer sums = output().buffer();
      Expr.Load load =
          info.loads().stream().filter(l -> l.buffer() == sums).findFirst().orElseThrow();
      Expr index = load.indices().get(dimension);
      return IntStream.range(0, info.axes().size())
          .filter(i -> index.equals(info.axes().get(i).var()))
          .findFirst()
          .orElseThrow();
    }

    /** A copy of a factor in nearer memory; what pads it is worked out on the way. */
    private BlockRef staged(int which, String scope) {
      Buffer from = factor(which).buffer();
      BlockInfo info = BlockInfo.of(schedule, block);
      BlockRef stage = schedule.cacheRead(block, ContractionCpu.readIndex(info, from), scope);
      boolean isShared = scope.equals("shared");
      if (isShared && !schedule.function().paramBuffers().contains(from)) {
        for (BlockRef producer : schedule.getProducers(stage)) {
          if (BlockInfo.of(schedule, producer).isAloneAtRoot()
              && !BlockInfo.of(schedule, producer).isBound()) {
            schedule.computeInline(producer);
          }
        }
      }
      return stage;
    }

    private void inFragments(
        BlockRef stage, Expr.Load load, IterVar axis, boolean axisLast, FragmentLayout layout) {
      int of = load.indices().indexOf(axis.var());
      int terms = load.indices().indexOf(axis(2).var());
      schedule.transformLayout(
          stage,
          0,
          true,
          layout.map(load.indices().size(), axisLast ? terms : of, axisLast ? of : terms));
    }

    /** All threads of the block copy, with as wide accesses as the rows allow. */
    private void copyTogether(BlockRef copy, LoopRef step, int lanes, FragmentLayout layout) {
      schedule.computeAt(copy, step);
      List<LoopRef> loops = schedule.getLoops(copy);
      LoopRef all =
          Loops.fuse(schedule, loops.subList(loops.indexOf(step) + 1, loops.size()), copy);
      List<LoopRef> parts =
          schedule.split(all, null, sketch.warpsAcross(), sketch.warpsDown(), LANES, lanes);
      schedule.bind(parts.get(1), ThreadTag.THREAD_IDX_Z);
      schedule.bind(parts.get(2), ThreadTag.THREAD_IDX_Y);
      schedule.bind(parts.get(3), ThreadTag.THREAD_IDX_X);
      if (lanes > 1) {
        schedule.vectorize(parts.get(4));
      }
      schedule.unroll(parts.get(0));
      if (layout.order() == FragmentLayout.Order.ROWS) {
        schedule.annotate(copy, "permuted_layout", 1);
      }
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

    private void pipelined(LoopRef loop) {
      schedule.annotate(loop, "software_pipeline_stage", items(0, 0, sketch.stages() - 1));
      schedule.annotate(loop, "software_pipeline_order", items(0, 1, 2));
      schedule.annotate(loop, "software_pipeline_async_stages", items(0));
    }

    private static AttrValue items(int... numbers) {
      return new AttrValue.Items(IntStream.of(numbers).<AttrValue>mapToObj(Expr::int32).toList());
    }
  }
}
