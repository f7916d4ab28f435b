package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.primitive.Combiner;
import dev.weft.tir.target.Feature;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Combines values that the threads of a group have, so that each thread has the result.
 *
 * <p>Where the device has shuffles and the group is made of whole warps, or of a power of two of a
 * warp's threads, these fold the values of a warp in halves, and shared memory carries one value a
 * warp; else a tree in shared memory folds the values of the group in halves. Barriers are put in
 * later, by {@link InsertBarriers}.
 *
 * <pre>{@code
 * partial[0] += shuffle_down(partial[0], 16)       stage[g, r] = partial[0]
 * …                                                if r < 16:
 * partial[0] += shuffle_down(partial[0], 1)            stage[g, r] += stage[g, r + 16]
 * partial[0] = shuffle(partial[0], 0)              …
 * }</pre>
 */
final class AllReduce {
  /**
   * The threads that combine their values.
   *
   * @param member a thread's number in its group
   * @param size threads of a group
   * @param number the group's number in the thread block
   * @param count groups in the thread block
   * @param followEachOther whether the threads of a group are neighbours in the thread block, the
   *     first one at a multiple of the group's size
   */
  record Group(Expr member, long size, Expr number, long count, boolean followEachOther) {
    /**
     * The groups that loops over threads make.
     *
     * @param members the loops whose threads combine their values, of constant extents
     * @param others the other loops over threads of the block
     * @param kernel the threads that the kernel has along each axis
     */
    static Group of(List<Stmt.For> members, List<Stmt.For> others, Map<ThreadTag, Long> kernel) {
      long size = extent(members);
      long inner = 1;
      boolean complete = true;
      for (ThreadTag tag :
          List.of(ThreadTag.THREAD_IDX_X, ThreadTag.THREAD_IDX_Y, ThreadTag.THREAD_IDX_Z)) {
        long threads = kernel.getOrDefault(tag, 1L);
        List<Stmt.For> of = members.stream().filter(f -> f.thread() == tag).toList();
        complete &= of.isEmpty() || extent(of) == threads;
        if (inner < size) {
          complete &= threads == 1 || !of.isEmpty();
          inner *= of.isEmpty() ? 1 : threads;
        }
      }
      return new Group(
          linear(members), size, linear(others), extent(others), complete && inner == size);
    }

    private static long extent(List<Stmt.For> loops) {
      return loops.stream()
          .mapToLong(f -> f.extent() instanceof Expr.IntImm imm ? imm.value() : 1)
          .reduce(1, (a, b) -> a * b);
    }

    private static Expr linear(List<Stmt.For> loops) {
      Expr sum = Expr.int32(0);
      long stride = 1;
      List<Stmt.For> fastestFirst = new ArrayList<>(loops);
      fastestFirst.sort(Comparator.comparingInt(f -> f.thread() == null ? 0 : f.thread().axis));
      for (Stmt.For f : fastestFirst) {
        Expr index = Expr.cast(DType.INT32, Expr.sub(f.var(), f.min()));
        sum = Expr.add(sum, Expr.mul(index, stride));
        stride *= extent(List.of(f));
      }
      return sum;
    }
  }

  private static final List<Expr> FIRST = List.of(Expr.int32(0));

  private final Combiner combiner;
  private final List<Expr> neutral;
  private final Group group;
  private final int warpSize;
  private final boolean shuffles;
  private final List<Buffer> partial = new ArrayList<>();
  private final List<Buffer> stage = new ArrayList<>();

  /**
   * @param neutral what combining begins with, one value a buffer of the combiner
   */
  AllReduce(Combiner combiner, List<Expr> neutral, Group group, Target target) {
    this.combiner = combiner;
    this.neutral = neutral;
    this.group = group;
    this.warpSize = target.limits().warpSize();
    this.shuffles = canShuffle(target);
    long staged = shuffles ? group.size / warpSize : group.size;
    for (Buffer buffer : combiner.buffers()) {
      String name = buffer.name();
      DType dtype = buffer.dtype();
      partial.add(Buffer.of(name + "_partial", dtype, Scope.LOCAL, Expr.int32s(1)));
      if (!shuffles || staged > 1) {
        List<Expr> shape = Expr.int32s(group.count, staged);
        stage.add(Buffer.of(name + "_stage", dtype, Scope.SHARED, shape));
      }
    }
  }

  private boolean canShuffle(Target target) {
    long size = group.size;
    boolean inWarp = size <= warpSize && Long.bitCount(size) == 1;
    boolean wholeWarps = size % warpSize == 0 && size / warpSize <= warpSize;
    return target.capabilities().features().contains(Feature.SUBGROUPS)
        && group.followEachOther
        && (inWarp || wholeWarps)
        && combiner.buffers().stream().allMatch(b -> b.dtype().bits() >= 32);
  }

  /** What has to be allocated. */
  List<Buffer> buffers() {
    List<Buffer> all = new ArrayList<>(partial);
    all.addAll(stage);
    return all;
  }

  /** The value of a buffer of the combiner that this thread has. */
  Expr result(int i) {
    return partial.get(i).at(Expr.int32(0));
  }

  /** Begins with the neutral values. */
  List<Stmt> begin() {
    return stores(partial, neutral, FIRST);
  }

  /** Takes terms into this thread's values. */
  Stmt update(List<Expr> terms) {
    return assigned(partial, FIRST, combiner.combine(loads(partial, FIRST), terms));
  }

  /** Gives each thread the combination of all threads' values. */
  List<Stmt> combine() {
    return shuffles ? byShuffles() : byTree();
  }

  private static List<Expr> loads(List<Buffer> buffers, List<Expr> indices) {
    return buffers.stream().<Expr>map(buffer -> new Expr.Load(buffer, indices)).toList();
  }

  private static List<Stmt> stores(List<Buffer> buffers, List<Expr> values, List<Expr> indices) {
    List<Stmt> stores = new ArrayList<>();
    for (int i = 0; i < buffers.size(); i++) {
      stores.add(new Stmt.Store(buffers.get(i), values.get(i), indices));
    }
    return stores;
  }

  /** Stores several values that depend on what they replace. */
  private static Stmt assigned(List<Buffer> buffers, List<Expr> indices, List<Expr> values) {
    if (buffers.size() == 1) {
      return new Stmt.Store(buffers.getFirst(), values.getFirst(), indices);
    }
    List<Var> names = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      names.add(Var.of(buffers.get(i).name() + "_next", values.get(i).dtype()));
    }
    Stmt result = Stmt.seq(stores(buffers, List.copyOf(names), indices));
    for (int i = values.size() - 1; i >= 0; i--) {
      result = new Stmt.Let(names.get(i), values.get(i), result);
    }
    return result;
  }

  private List<Stmt> byTree() {
    List<Stmt> steps = new ArrayList<>();
    List<Expr> own = List.of(group.number, group.member);
    steps.add(Stmt.seq(stores(stage, loads(partial, FIRST), own)));
    long left = group.size;
    while (left > 1) {
      long half = (left + 1) / 2;
      List<Expr> other = List.of(group.number, Expr.add(group.member, half));
      List<Expr> combined = combiner.combine(loads(stage, own), loads(stage, other));
      Expr takesPart = Expr.lt(group.member, Expr.int32(left - half));
      steps.add(new Stmt.If(takesPart, assigned(stage, own, combined), null));
      left = half;
    }
    List<Expr> first = List.of(group.number, Expr.int32(0));
    steps.add(Stmt.seq(stores(partial, loads(stage, first), FIRST)));
    return steps;
  }

  private List<Stmt> byShuffles() {
    long within = Math.min(group.size, warpSize);
    long warps = group.size / warpSize;
    List<Stmt> steps = new ArrayList<>(folded(within));
    if (warps <= 1) {
      steps.add(fromFirst(within));
    } else {
      Expr lane = Expr.floorMod(group.member, warpSize);
      Expr warp = Expr.floorDiv(group.member, warpSize);
      Stmt put = Stmt.seq(stores(stage, loads(partial, FIRST), List.of(group.number, warp)));
      steps.add(new Stmt.If(Expr.eq(lane, Expr.int32(0)), put, null));
      // Each warp folds the values of all warps for itself.
      List<Stmt> take = new ArrayList<>();
      for (int i = 0; i < stage.size(); i++) {
        Expr value = stage.get(i).at(group.number, lane);
        Expr inside = Expr.lt(lane, Expr.int32(warps));
        Expr taken =
            Expr.Call.of(value.dtype(), Intrinsic.IF_THEN_ELSE, inside, value, neutral.get(i));
        take.add(new Stmt.Store(partial.get(i), taken, FIRST));
      }
      steps.add(Stmt.seq(take));
      steps.addAll(folded(Long.highestOneBit(2 * warps - 1)));
      steps.add(fromFirst(warpSize));
    }
    return steps;
  }

  /** Folds the values of neighbours in halves; the first of them has the result. */
  private List<Stmt> folded(long width) {
    List<Stmt> steps = new ArrayList<>();
    for (long distance = width / 2; distance >= 1; distance /= 2) {
      steps.add(
          exchanged(
              Intrinsic.WARP_SHUFFLE_DOWN,
              distance,
              width,
              received -> combiner.combine(loads(partial, FIRST), received)));
    }
    return steps;
  }

  /** Gives neighbours the first one's values. */
  private Stmt fromFirst(long width) {
    return exchanged(Intrinsic.WARP_SHUFFLE, 0, width, received -> received);
  }

  /** Receives the values of another thread, then stores what is made of them. */
  private Stmt exchanged(
      Intrinsic shuffle, long by, long width, UnaryOperator<List<Expr>> combination) {
    Expr mask = Expr.Call.of(DType.UINT32, Intrinsic.WARP_ACTIVEMASK);
    List<Expr> values = loads(partial, FIRST);
    List<Var> received = values.stream().map(value -> Var.of("received", value.dtype())).toList();
    Stmt body = assigned(partial, FIRST, combination.apply(List.copyOf(received)));
    for (int i = values.size() - 1; i >= 0; i--) {
      DType dtype = values.get(i).dtype();
      Expr value =
          Expr.Call.of(
              dtype,
              shuffle,
              mask,
              values.get(i),
              Expr.int32(by),
              Expr.int32(width),
              Expr.int32(warpSize));
      body = new Stmt.Let(received.get(i), value, body);
    }
    return body;
  }
}
