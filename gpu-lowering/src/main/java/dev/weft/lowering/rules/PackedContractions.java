package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.Affine;
import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.lowering.rules.analysis.Contraction;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings the contractions of a function into {@link PackedForm} where both factors are used for
 * several results: matrix products and convolutions. The element-wise block that consumes the
 * result becomes part of what writes it.
 */
final class PackedContractions {
  /** Vector registers: AVX2's and NEON's, and AVX-512's for vectors of 64 bytes. */
  private static final int REGISTERS = 16;

  private static final int WIDE_REGISTERS = 32;
  private static final int WIDE_BYTES = 64;

  /** Threads for each core, so that the last ones don't leave cores idle. */
  private static final int THREADS_PER_CORE = 4;

  private PackedContractions() {}

  /** The function with every contraction that pays for it in packed form. */
  static PrimFunc apply(PrimFunc function, Target target) {
    return apply(function, target, Set.of());
  }

  /**
   * The function with every contraction that pays for it in packed form.
   *
   * @param constants parameters that can be packed ahead of time, which costs nothing
   */
  static PrimFunc apply(PrimFunc function, Target target, Set<Buffer> constants) {
    PrimFunc current = function;
    for (boolean changed = true; changed; ) {
      changed = false;
      Schedule schedule = Schedule.of(current);
      for (BlockRef ref : DefaultSchedules.blocks(schedule)) {
        PrimFunc packed = packed(schedule, ref, target, constants);
        if (packed != null) {
          current = packed;
          changed = true;
          break;
        }
      }
    }
    return current;
  }

  private static @Nullable PrimFunc packed(
      Schedule schedule, BlockRef ref, Target target, Set<Buffer> constants) {
    BlockInfo info = BlockInfo.of(schedule, ref);
    Contraction contraction = Contraction.of(info);
    if (contraction == null
        || info.isBound()
        || info.site().block().annotations().containsKey(PackedForm.TILE)
        || !info.hasOneLoopPerAxis()
        || !info.isAloneAtRoot()
        || significant(contraction.reduceAxes()).isEmpty()
        || !computes(target, info)
        || !isPlain(info, contraction)) {
      return null;
    }
    Choice choice =
        better(
            choice(contraction, contraction.right(), target, constants),
            choice(contraction, contraction.left(), target, constants));
    if (choice == null) {
      return null;
    }
    PackedForm form =
        new PackedForm(
            contraction,
            choice.vectors,
            choice.rows,
            choice.columns,
            choice.tile,
            choice.bandsPerThread,
            choice.run);
    BlockRef consumerRef = Tail.consumer(schedule, ref);
    BlockInfo consumer = consumerRef == null ? null : BlockInfo.of(schedule, consumerRef);
    return replaced(schedule.function(), info, consumer, form);
  }

  /**
   * Whether the target has arithmetic on all elements: what fills a panel up with zeros chooses
   * between elements as they are stored, which is not legalised.
   */
  private static boolean computes(Target target, BlockInfo info) {
    return info.loads().stream()
        .allMatch(load -> target.capabilities().computes(load.buffer().dtype()));
  }

  /** Whether the block is one that the packed form can be made of. */
  private static boolean isPlain(BlockInfo info, Contraction contraction) {
    boolean oneIndexType =
        info.axes().stream().map(axis -> axis.var().dtype()).distinct().count() == 1
            && info.axes().stream()
                .allMatch(axis -> axis.dom().extent().dtype().equals(axis.var().dtype()));
    boolean constantInit =
        info.site().block().init() instanceof Stmt.Store init
            && (init.value() instanceof Expr.FloatImm || init.value() instanceof Expr.IntImm);
    return oneIndexType
        && constantInit
        && !contraction.left().loads().isEmpty()
        && !contraction.right().loads().isEmpty()
        && info.axes().stream().allMatch(axis -> axis.dom().min().isConst(0));
  }

  /** How to pack one of the factors, and the tile that is then best. */
  private record Choice(
      Contraction.Operand vectors,
      FusedAxes rows,
      FusedAxes columns,
      long run,
      ContractionTile tile,
      long bandsPerThread) {}

  private static @Nullable Choice better(@Nullable Choice a, @Nullable Choice b) {
    return a == null || (b != null && b.tile.cycles() < a.tile.cycles()) ? b : a;
  }

  private static @Nullable Choice choice(
      Contraction contraction, Contraction.Operand vectors, Target target, Set<Buffer> constants) {
    boolean right = vectors == contraction.right();
    List<IterVar> along = right ? contraction.rightAxes() : contraction.leftAxes();
    List<IterVar> other = right ? contraction.leftAxes() : contraction.rightAxes();
    FusedAxes columns = new FusedAxes(significant(along));
    FusedAxes rows = new FusedAxes(significant(other));
    if (columns.axes().isEmpty()
        || rows.axes().isEmpty()
        || !columns.isSeparable()
        || !rows.isSeparable()) {
      return null;
    }
    BlockInfo block = contraction.block();
    int widest = target.vectorLanes(block.widest());
    int lanes = 1;
    while (lanes < widest && lanes < columns.count().orElse(widest)) {
      lanes *= 2;
    }
    Contraction.Operand scalars = right ? contraction.left() : contraction.right();
    IterVar fastest = columns.axes().getLast();
    long run = run(vectors, columns, lanes);
    ContractionTile.Task task =
        new ContractionTile.Task(
            product(contraction.batchAxes()),
            rows.count(),
            columns.count(),
            product(contraction.reduceAxes()),
            vectors.loads().stream().allMatch(load -> constants.contains(load.buffer())),
            run,
            isUnitStep(block.store() == null ? List.of() : block.store().indices(), fastest),
            !isPlain(scalars));
    int registers = target.limits().vectorBytes() >= WIDE_BYTES ? WIDE_REGISTERS : REGISTERS;
    ContractionTile tile = ContractionTile.choose(task, lanes, registers);
    return new Choice(vectors, rows, columns, run, tile, bandsPerThread(task, tile, target));
  }

  /** How many neighbours along the columns are neighbours in the factor, at most {@code lanes}. */
  private static long run(Contraction.Operand vectors, FusedAxes columns, int lanes) {
    IterVar fastest = columns.axes().getLast();
    if (!vectors.loads().stream().allMatch(load -> isUnitStep(load.indices(), fastest))) {
      return 1;
    }
    long run = lanes;
    if (columns.axes().size() > 1) {
      while (BlockInfo.extent(fastest).orElse(1) % run != 0) {
        run /= 2;
      }
    }
    return run;
  }

  /** Whether no index of the factor is a sum of several axes, as those of windows are. */
  private static boolean isPlain(Contraction.Operand operand) {
    return operand.loads().stream()
        .flatMap(load -> load.indices().stream())
        .allMatch(index -> Affine.variables(index).size() <= 1);
  }

  private static List<IterVar> significant(List<IterVar> axes) {
    return axes.stream().filter(axis -> !axis.dom().extent().isConst(1)).toList();
  }

  private static boolean isUnitStep(List<Expr> indices, IterVar axis) {
    Long step = Affine.innermostStep(indices, axis.var());
    return step != null && step == 1;
  }

  private static OptionalLong product(List<IterVar> axes) {
    return new FusedAxes(axes).count();
  }

  /**
   * How many tiles, one below the other, one thread makes: as many as leave enough threads for the
   * cores. The last thread's may stick out, so of several numbers the one that fits best is taken.
   */
  private static long bandsPerThread(
      ContractionTile.Task task, ContractionTile tile, Target target) {
    if (task.rows().isEmpty()) {
      return 1;
    }
    long bands = ceilDiv(task.rows().getAsLong(), tile.rows());
    long strips = ceilDiv(task.columns().orElse(tile.columns()), tile.columns());
    long wanted = (long) target.limits().cores() * THREADS_PER_CORE;
    long least = Math.min(bands, ceilDiv(wanted, strips * task.batch().orElse(1)));
    long best = ceilDiv(bands, least);
    for (long groups = least; groups <= Math.min(bands, 2 * least); groups++) {
      long each = ceilDiv(bands, groups);
      if (waste(bands, each) < waste(bands, best)) {
        best = each;
      }
    }
    return best;
  }

  private static long waste(long bands, long each) {
    return ceilDiv(bands, each) * each - bands;
  }

  private static long ceilDiv(long a, long b) {
    return (a + b - 1) / b;
  }

  /** The function with the three blocks where the result is first complete. */
  private static PrimFunc replaced(
      PrimFunc function, BlockInfo block, @Nullable BlockInfo consumer, PackedForm form) {
    if (!(function.body() instanceof Stmt.BlockRealize realize) || block.site().scope() == null) {
      throw new IllegalStateException("a function to schedule has a root block");
    }
    Stmt.Block root = block.site().scope().block();
    Stmt own = nest(block.site());
    Stmt last = consumer == null ? own : nest(consumer.site());
    List<Stmt> stmts = new ArrayList<>();
    for (Stmt stmt : root.body() instanceof Stmt.Seq(var all) ? all : List.of(root.body())) {
      if (stmt == last) {
        stmts.addAll(List.of(form.panelBlock(), form.tileBlock(), form.writerBlock(consumer)));
      } else if (stmt != own) {
        stmts.add(stmt);
      }
    }
    if (stmts.size() < 3) {
      throw new IllegalStateException("the contraction is not below the function's root");
    }
    List<Buffer> buffers = new ArrayList<>(root.allocBuffers());
    buffers.addAll(form.buffers());
    if (consumer != null) {
      buffers.remove(block.output());
    }
    return function.withBody(
        realize.withBlock(root.withBody(Stmt.seq(stmts)).withAllocBuffers(buffers)));
  }

  /** The statement directly below the root that a block is in. */
  private static Stmt nest(Site.Block block) {
    Site site = block;
    while (site.parent() instanceof Site.Loop loop) {
      site = loop;
    }
    return site.stmt();
  }
}
