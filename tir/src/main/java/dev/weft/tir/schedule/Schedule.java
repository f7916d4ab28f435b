package dev.weft.tir.schedule;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.IndexMap;
import dev.weft.tir.LayoutMap;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.schedule.primitive.AddUnitLoop;
import dev.weft.tir.schedule.primitive.Annotate;
import dev.weft.tir.schedule.primitive.AnnotateBufferAccess;
import dev.weft.tir.schedule.primitive.Bind;
import dev.weft.tir.schedule.primitive.Blockize;
import dev.weft.tir.schedule.primitive.CacheIndex;
import dev.weft.tir.schedule.primitive.CacheInplace;
import dev.weft.tir.schedule.primitive.CacheRead;
import dev.weft.tir.schedule.primitive.CacheWrite;
import dev.weft.tir.schedule.primitive.ComputeAt;
import dev.weft.tir.schedule.primitive.ComputeInline;
import dev.weft.tir.schedule.primitive.DecomposePadding;
import dev.weft.tir.schedule.primitive.DecomposeReduction;
import dev.weft.tir.schedule.primitive.Fuse;
import dev.weft.tir.schedule.primitive.FuseReductionEpilogue;
import dev.weft.tir.schedule.primitive.LoopPartition;
import dev.weft.tir.schedule.primitive.Merge;
import dev.weft.tir.schedule.primitive.PadEinsum;
import dev.weft.tir.schedule.primitive.Parallel;
import dev.weft.tir.schedule.primitive.Queries;
import dev.weft.tir.schedule.primitive.RFactor;
import dev.weft.tir.schedule.primitive.ReadAt;
import dev.weft.tir.schedule.primitive.Reindex;
import dev.weft.tir.schedule.primitive.ReindexCacheRead;
import dev.weft.tir.schedule.primitive.ReindexCacheWrite;
import dev.weft.tir.schedule.primitive.Reorder;
import dev.weft.tir.schedule.primitive.ReorderBlockIterVar;
import dev.weft.tir.schedule.primitive.ReverseComputeAt;
import dev.weft.tir.schedule.primitive.ReverseComputeInline;
import dev.weft.tir.schedule.primitive.RollingBuffer;
import dev.weft.tir.schedule.primitive.SampleCategorical;
import dev.weft.tir.schedule.primitive.SampleComputeLocation;
import dev.weft.tir.schedule.primitive.SamplePartitionedTile;
import dev.weft.tir.schedule.primitive.SamplePerfectTile;
import dev.weft.tir.schedule.primitive.SetAxisSeparator;
import dev.weft.tir.schedule.primitive.SetScope;
import dev.weft.tir.schedule.primitive.Split;
import dev.weft.tir.schedule.primitive.StorageAlign;
import dev.weft.tir.schedule.primitive.Tensorize;
import dev.weft.tir.schedule.primitive.TransformBlockLayout;
import dev.weft.tir.schedule.primitive.TransformLayout;
import dev.weft.tir.schedule.primitive.Unannotate;
import dev.weft.tir.schedule.primitive.Unroll;
import dev.weft.tir.schedule.primitive.UnsafeHideBufferAccess;
import dev.weft.tir.schedule.primitive.UnsafeSetDtype;
import dev.weft.tir.schedule.primitive.Vectorize;
import dev.weft.tir.schedule.primitive.WriteAt;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceValue;
import dev.weft.tir.schedule.verify.StepVerifier;
import dev.weft.tir.schedule.verify.VerificationException;
import dev.weft.tir.schedule.verify.VerifyOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A schedule: a module and what has been done to it. Each method is a primitive, named as in TVM;
 * its page of the manual is the class of the same name in {@code tir.schedule.primitive}. A
 * primitive either keeps what the function computes or throws {@link ScheduleException} and changes
 * nothing.
 *
 * <p>Not to be shared between threads; {@link #copy} gives an independent schedule on which the
 * same handles are valid.
 */
public final class Schedule {
  private ScheduleState state;
  private final TraceRecorder recorder;
  private final @Nullable StepVerifier verifier;
  private final RandomEngine random;
  private String workingOn;

  /** The state after the last step that was recorded. */
  private ScheduleState recorded;

  private Schedule(ScheduleState state, @Nullable StepVerifier verifier) {
    this.state = state;
    this.recorded = state;
    this.verifier = verifier;
    this.recorder = new TraceRecorder(this::verify);
    this.random = new RandomEngine(1);
    Set<String> functions = state.module().functions().keySet();
    this.workingOn = functions.size() == 1 ? functions.iterator().next() : "main";
  }

  private Schedule(Schedule other) {
    this.state = other.state;
    this.recorded = other.state;
    this.verifier = other.verifier == null ? null : other.verifier.copy();
    this.recorder = new TraceRecorder(other.recorder, this::verify);
    this.random = new RandomEngine(other.random.forkSeed());
    this.workingOn = other.workingOn;
  }

  /** A schedule of a module. */
  public static Schedule of(IRModule module) {
    return new Schedule(ScheduleState.of(module), null);
  }

  /**
   * A schedule that runs the module with the interpreter before and after each step, on small
   * inputs, and throws a {@link VerificationException} where the results differ; the schedule is
   * then as it was before the step. {@link StepVerifier} says what can and what can't be seen that
   * way.
   */
  public static Schedule verifying(IRModule module, VerifyOptions options) {
    return new Schedule(ScheduleState.of(module), new StepVerifier(options));
  }

  /**
   * A schedule without the legality checks that TVM's {@code enable_check} switches: that the
   * blocks under a loop which is made parallel are complete or reduction blocks, and that {@link
   * DecomposeReduction} is applied to a reduction block, above its reduction loops. What comes of
   * it may compute something else, so that it {@link #isTainted} for good.
   */
  public static Schedule unchecked(IRModule module) {
    return new Schedule(ScheduleState.unchecked(module), null);
  }

  /** Whether a step may have changed what the module computes. */
  public boolean isTainted() {
    return state.isTainted();
  }

  /** A schedule of one function, under the name {@code main}. */
  public static Schedule of(PrimFunc function) {
    return of(IRModule.of("main", function));
  }

  /** The module as it is now. */
  public IRModule module() {
    return state.module();
  }

  /** A function as it is now. */
  public PrimFunc function(String name) {
    return module().get(name);
  }

  /** The only function. */
  public PrimFunc function() {
    List<String> names = List.copyOf(module().functions().keySet());
    if (names.size() != 1) {
      throw new IllegalStateException("the module has the functions " + names + "; name one");
    }
    return function(names.getFirst());
  }

  /** The state, for analysis. */
  public ScheduleState state() {
    return state;
  }

  /** What was done so far. */
  public Trace trace() {
    return recorder.trace();
  }

  /** Carries out a trace. */
  public void replay(Trace trace) {
    replay(trace, ReplayOptions.DEFAULT);
  }

  /**
   * Carries out a trace.
   *
   * @throws ScheduleException if a step is refused; those before it are done
   * @throws UnsupportedStepException if a step is no known primitive
   */
  public void replay(Trace trace, ReplayOptions options) {
    new Replay(this, options, Map.of()).run(trace);
  }

  /**
   * Carries out one step in the form that it has in a trace.
   *
   * @param kind the primitive, under TVM's name
   * @param inputs handles are named as in {@link #trace}
   * @return the names of what it made
   * @throws ScheduleException if the step is refused
   * @throws UnsupportedStepException if there is no such primitive
   */
  public List<String> step(
      String kind, List<TraceValue> inputs, List<TraceValue> attrs, ReplayOptions options) {
    new Replay(this, options, recorder.handles()).step(kind, inputs, attrs);
    return recorder.lastOutputs();
  }

  /** An independent schedule in the same state; handles of either are valid in both. */
  public Schedule copy() {
    return new Schedule(this);
  }

  /** The steps that {@link #verifying} left unchecked, and why; empty without it. */
  public List<String> unverified() {
    return verifier == null ? List.of() : verifier.unverified();
  }

  private void verify(Instruction step) {
    ScheduleState before = recorded;
    if (verifier == null || state == before) {
      recorded = state;
      return;
    }
    try {
      boolean tainting = state.isTainted() && !before.isTainted();
      verifier.check(step, before.module(), state.module(), tainting);
      recorded = state;
    } catch (RuntimeException e) {
      state = before;
      throw e;
    }
  }

  // Queries.

  /**
   * Has {@link #getBlock(String)} look in a function; to begin with it looks in the module's only
   * function, or in {@code main} where there are several.
   *
   * @throws ScheduleException if the module has no such function
   */
  public void workOn(String function) {
    if (!module().functions().containsKey(function)) {
      throw state.refuse(
          "workOn",
          "there is no function '" + function + "', only " + module().functions().keySet());
    }
    workingOn = function;
  }

  /** The block with a name, which must be unique, in the function that is {@link #workOn}. */
  public BlockRef getBlock(String name) {
    return getBlock(name, workingOn);
  }

  /** The block with a name, which must be unique, in a function. */
  public BlockRef getBlock(String name, String function) {
    BlockRef block = Queries.block(state, name, function);
    recorder.add("GetBlock", List.of(), List.of(name, function), List.of(block));
    return block;
  }

  /** The loops around a block within its scope, outermost first. */
  public List<LoopRef> getLoops(BlockRef block) {
    List<LoopRef> loops = Queries.loops(state, block);
    recorder.add("GetLoops", List.of(block), List.of(), loops);
    return loops;
  }

  /** The outermost blocks within a block or loop. */
  public List<BlockRef> getChildBlocks(StmtRef ref) {
    List<BlockRef> blocks = Queries.childBlocks(state, ref);
    recorder.add("GetChildBlocks", List.of(ref), List.of(), blocks);
    return blocks;
  }

  /** The blocks of the same scope that write what a block reads. */
  public List<BlockRef> getProducers(BlockRef block) {
    List<BlockRef> blocks = Queries.producers(state, block);
    recorder.add("GetProducers", List.of(block), List.of(), blocks);
    return blocks;
  }

  /** The blocks of the same scope that read what a block writes. */
  public List<BlockRef> getConsumers(BlockRef block) {
    List<BlockRef> blocks = Queries.consumers(state, block);
    recorder.add("GetConsumers", List.of(block), List.of(), blocks);
    return blocks;
  }

  /** The blocks within a scope, at any depth, that write what the block around doesn't allocate. */
  public List<BlockRef> getOutputBlocks(BlockRef scope) {
    List<BlockRef> blocks = Queries.outputBlocks(state, scope);
    recorder.add("GetOutputBlocks", List.of(scope), List.of(), blocks);
    return blocks;
  }

  // Sampling.

  /** Has the random numbers begin anew; a schedule begins with seed 1. */
  public void seed(long seed) {
    random.seed(seed);
  }

  /** A seed for another schedule, whose random numbers are unrelated to those of this one. */
  public long forkSeed() {
    return random.forkSeed();
  }

  /** {@link SamplePerfectTile} with factors of up to 16 innermost. */
  public List<ExprRef> samplePerfectTile(LoopRef loop, int parts) {
    return samplePerfectTile(loop, parts, 16, null);
  }

  /**
   * {@link SamplePerfectTile}.
   *
   * @param maxInnermostFactor -1 for any
   * @param decision the factors; null to draw them
   */
  public List<ExprRef> samplePerfectTile(
      LoopRef loop, int parts, int maxInnermostFactor, @Nullable List<Long> decision) {
    List<Long> factors =
        SamplePerfectTile.apply(state, random, loop, parts, maxInnermostFactor, decision);
    return sampled("SamplePerfectTile", loop, List.of(parts, maxInnermostFactor), factors);
  }

  /**
   * {@link SamplePartitionedTile}.
   *
   * @param partition the position of the first inner factor
   * @param innerMultiple what the product of the inner factors is a multiple of
   * @param decision the factors; null to draw them
   */
  public List<ExprRef> samplePartitionedTile(
      LoopRef loop, int parts, int partition, int innerMultiple, @Nullable List<Long> decision) {
    List<Long> factors =
        SamplePartitionedTile.apply(state, random, loop, parts, partition, innerMultiple, decision);
    return sampled(
        "SamplePartitionedTile", loop, List.of(parts, partition, innerMultiple), factors);
  }

  private List<ExprRef> sampled(String kind, LoopRef loop, List<?> attrs, List<Long> factors) {
    List<ExprRef> refs = factors.stream().map(ExprRef::new).toList();
    recorder.add(kind, List.of(loop), attrs, refs);
    recorder.decide(factors);
    return refs;
  }

  /**
   * {@link SampleCategorical}.
   *
   * @param decision the position of the candidate; null to draw it
   */
  public ExprRef sampleCategorical(
      List<Long> candidates, List<Double> weights, @Nullable Long decision) {
    int chosen = SampleCategorical.apply(state, random, candidates, weights, decision);
    ExprRef ref = new ExprRef(candidates.get(chosen));
    recorder.add("SampleCategorical", List.of(), List.of(candidates, weights), List.of(ref));
    recorder.decide(chosen);
    return ref;
  }

  /**
   * {@link SampleComputeLocation}, for {@code computeAt}.
   *
   * @param decision -2 inline, -1 where it is, or the position of a loop; null to draw it
   */
  public LoopRef sampleComputeLocation(BlockRef block, @Nullable Long decision) {
    Sampled<Long, LoopRef> sampled = SampleComputeLocation.apply(state, random, block, decision);
    recorder.add("SampleComputeLocation", List.of(block), List.of(), List.of(sampled.result()));
    recorder.decide(sampled.decision());
    return sampled.result();
  }

  // Loops.

  /** {@link Split}, with at most one factor null, to be worked out. */
  public List<LoopRef> split(LoopRef loop, @Nullable Integer... factors) {
    return split(loop, Arrays.asList(factors), true, false);
  }

  /** {@link Split} by sampled factors. */
  public List<LoopRef> split(LoopRef loop, ExprRef... factors) {
    return split(loop, Arrays.asList(factors), true, false);
  }

  /**
   * {@link Split}.
   *
   * @param factors integers, {@link ExprRef}s, expressions (symbolic sizes), at most one null
   */
  public List<LoopRef> split(
      LoopRef loop,
      List<? extends @Nullable Object> factors,
      boolean preserveUnitIters,
      boolean disablePredication) {
    List<@Nullable Expr> values = new ArrayList<>();
    for (Object factor : factors) {
      values.add(factor == null ? null : factor(factor));
    }
    List<LoopRef> loops =
        apply(Split.apply(state, loop, values, preserveUnitIters, disablePredication));
    List<@Nullable Object> inputs = new ArrayList<>();
    inputs.add(loop);
    inputs.addAll(factors);
    recorder.add("Split", inputs, List.of(preserveUnitIters, disablePredication), loops);
    return loops;
  }

  /** Null where the factor is to be worked out. */
  private static @Nullable Expr factor(Object factor) {
    return switch (factor) {
      case Integer i -> Expr.int32(i);
      case Long i -> Expr.int32(i);
      case ExprRef ref -> ref.value() == -1 ? null : Expr.int32(ref.value());
      case Expr expr -> expr;
      default ->
          throw new IllegalArgumentException("a factor is a number or a sampled value: " + factor);
    };
  }

  /** {@link LoopPartition}, with at most one number null, to be worked out. */
  public List<LoopRef> loopPartition(LoopRef loop, @Nullable Integer... factors) {
    return loopPartition(loop, Arrays.asList(factors), true);
  }

  /**
   * {@link LoopPartition}.
   *
   * @param factors integers or {@link ExprRef}s, at most one null
   * @param preserveUnitIters kept in the trace; it changes nothing
   */
  public List<LoopRef> loopPartition(
      LoopRef loop, List<? extends @Nullable Object> factors, boolean preserveUnitIters) {
    List<@Nullable Long> values = new ArrayList<>();
    for (Object factor : factors) {
      values.add(factor == null ? null : count(factor));
    }
    List<LoopRef> loops = apply(LoopPartition.apply(state, loop, values));
    List<@Nullable Object> inputs = new ArrayList<>();
    inputs.add(loop);
    inputs.addAll(factors);
    recorder.add("LoopPartition", inputs, List.of(preserveUnitIters), loops);
    return loops;
  }

  private static long count(Object factor) {
    if (factor(factor) instanceof Expr.IntImm number) {
      return number.value();
    }
    throw new IllegalArgumentException("a part has a constant number of iterations: " + factor);
  }

  /** {@link Merge}. */
  public LoopRef merge(LoopRef... loops) {
    return merge(List.of(loops));
  }

  /** {@link Merge}. */
  public LoopRef merge(List<LoopRef> loops) {
    LoopRef merged = apply(Merge.apply(state, loops));
    recorder.add("Merge", loops, List.of(), List.of(merged));
    return merged;
  }

  /** {@link Fuse}. */
  public LoopRef fuse(LoopRef... loops) {
    return fuse(List.of(loops), true);
  }

  /** {@link Fuse}. */
  public LoopRef fuse(List<LoopRef> loops, boolean preserveUnitIters) {
    LoopRef fused = apply(Fuse.apply(state, loops, preserveUnitIters));
    recorder.add("Fuse", loops, List.of(preserveUnitIters), List.of(fused));
    return fused;
  }

  /** {@link Reorder}. */
  public void reorder(LoopRef... loops) {
    reorder(List.of(loops));
  }

  /** {@link Reorder}. */
  public void reorder(List<LoopRef> loops) {
    state = Reorder.apply(state, loops);
    recorder.add("Reorder", loops, List.of(), List.of());
  }

  /** {@link AddUnitLoop}. */
  public LoopRef addUnitLoop(StmtRef ref) {
    LoopRef loop = apply(AddUnitLoop.apply(state, ref));
    recorder.add("AddUnitLoop", List.of(ref), List.of(), List.of(loop));
    return loop;
  }

  /** {@link Bind}, to a tag such as {@code threadIdx.x}. */
  public void bind(LoopRef loop, String tag) {
    bind(loop, checked("bind", () -> ThreadTag.parse(tag)));
  }

  /** {@link Bind}. */
  public void bind(LoopRef loop, ThreadTag tag) {
    state = Bind.apply(state, loop, tag);
    recorder.add("Bind", List.of(loop), List.of(tag.text), List.of());
  }

  /** {@link Parallel}. */
  public void parallel(LoopRef loop) {
    state = Parallel.apply(state, loop);
    recorder.add("Parallel", List.of(loop), List.of(), List.of());
  }

  /** {@link Vectorize}. */
  public void vectorize(LoopRef loop) {
    state = Vectorize.apply(state, loop);
    recorder.add("Vectorize", List.of(loop), List.of(), List.of());
  }

  /** {@link Unroll}. */
  public void unroll(LoopRef loop) {
    state = Unroll.apply(state, loop);
    recorder.add("Unroll", List.of(loop), List.of(), List.of());
  }

  // Stages of data.

  /** {@link CacheRead} for all readers. */
  public BlockRef cacheRead(BlockRef block, int readIndex, String scope) {
    return cacheRead(block, readIndex, scope, List.of());
  }

  /** {@link CacheRead}. */
  public BlockRef cacheRead(BlockRef block, int readIndex, String scope, List<BlockRef> consumers) {
    BlockRef stage = apply(CacheRead.apply(state, block, readIndex, scope(scope), consumers));
    recorder.add("CacheRead", List.of(block, consumers), List.of(readIndex, scope), List.of(stage));
    return stage;
  }

  /** {@link CacheWrite}; all readers keep reading the original buffer. */
  public BlockRef cacheWrite(BlockRef block, int writeIndex, String scope) {
    return cacheWrite(block, writeIndex, scope, List.of());
  }

  /** {@link CacheWrite}. */
  public BlockRef cacheWrite(
      BlockRef block, int writeIndex, String scope, List<BlockRef> consumers) {
    BlockRef stage = apply(CacheWrite.apply(state, block, writeIndex, scope(scope), consumers));
    recorder.add(
        "CacheWrite", List.of(block, consumers), List.of(writeIndex, scope), List.of(stage));
    return stage;
  }

  /** {@link ReadAt}; gives back the copying block. */
  public BlockRef readAt(LoopRef loop, BlockRef block, int readIndex, String scope) {
    BlockRef stage = apply(ReadAt.apply(state, loop, block, readIndex, scope(scope)));
    recorder.add("ReadAt", List.of(loop, block), List.of(readIndex, scope), List.of(stage));
    return stage;
  }

  /** {@link WriteAt}; gives back the copying block. */
  public BlockRef writeAt(LoopRef loop, BlockRef block, int writeIndex, String scope) {
    BlockRef stage = apply(WriteAt.apply(state, loop, block, writeIndex, scope(scope)));
    recorder.add("WriteAt", List.of(loop, block), List.of(writeIndex, scope), List.of(stage));
    return stage;
  }

  /** {@link RollingBuffer}. */
  public void rollingBuffer(BlockRef block, int writeIndex) {
    state = RollingBuffer.apply(state, block, writeIndex);
    recorder.add("RollingBuffer", List.of(block), List.of(writeIndex), List.of());
  }

  /** {@link ReindexCacheRead}. */
  public BlockRef reindexCacheRead(BlockRef block, int readIndex, String scope, IndexMap map) {
    BlockRef stage = apply(ReindexCacheRead.apply(state, block, readIndex, scope(scope), map));
    recorder.add(
        "ReindexCacheRead", List.of(block, map), List.of(readIndex, scope), List.of(stage));
    return stage;
  }

  /** {@link ReindexCacheWrite}. */
  public BlockRef reindexCacheWrite(BlockRef block, int writeIndex, String scope, IndexMap map) {
    BlockRef stage = apply(ReindexCacheWrite.apply(state, block, writeIndex, scope(scope), map));
    recorder.add(
        "ReindexCacheWrite", List.of(block, map), List.of(writeIndex, scope), List.of(stage));
    return stage;
  }

  /** {@link CacheInplace}; gives back the block that copies in and the one that copies back. */
  public List<BlockRef> cacheInplace(BlockRef block, int readIndex, String scope) {
    List<BlockRef> stages = apply(CacheInplace.apply(state, block, readIndex, scope(scope)));
    recorder.add("CacheInplace", List.of(block), List.of(readIndex, scope), stages);
    return stages;
  }

  /** {@link CacheIndex}; gives back the computing blocks. */
  public List<BlockRef> cacheIndex(BlockRef block, String scope, int threshold) {
    List<BlockRef> stages = apply(CacheIndex.apply(state, block, scope(scope), threshold));
    recorder.add("CacheIndex", List.of(block), List.of(scope, threshold), stages);
    return stages;
  }

  // Where something is computed.

  /** {@link ComputeAt} at the last possible place, without loops of extent 1. */
  public void computeAt(BlockRef block, LoopRef loop) {
    computeAt(block, loop, false, -1);
  }

  /**
   * {@link ComputeAt}.
   *
   * @param index the place among the loop's statements; -1 the last possible, -2 the first
   */
  public void computeAt(BlockRef block, LoopRef loop, boolean preserveUnitLoops, int index) {
    state =
        switch (loop.place()) {
          case LOOP -> ComputeAt.apply(state, block, loop, preserveUnitLoops, index);
          case INLINE -> ComputeInline.apply(state, block);
          case ROOT -> state;
        };
    recorder.add("ComputeAt", List.of(block, loop), List.of(preserveUnitLoops, index), List.of());
  }

  /** {@link ReverseComputeAt} at the last possible place, without loops of extent 1. */
  public void reverseComputeAt(BlockRef block, LoopRef loop) {
    reverseComputeAt(block, loop, false, -1);
  }

  /**
   * {@link ReverseComputeAt}.
   *
   * @param index the place among the loop's statements; -1 the last possible, -2 the first
   */
  public void reverseComputeAt(BlockRef block, LoopRef loop, boolean preserveUnitLoops, int index) {
    state =
        switch (loop.place()) {
          case LOOP -> ReverseComputeAt.apply(state, block, loop, preserveUnitLoops, index);
          case INLINE -> ReverseComputeInline.apply(state, block);
          case ROOT -> state;
        };
    recorder.add(
        "ReverseComputeAt", List.of(block, loop), List.of(preserveUnitLoops, index), List.of());
  }

  /** {@link ComputeInline}. */
  public void computeInline(BlockRef block) {
    state = ComputeInline.apply(state, block);
    recorder.add("ComputeInline", List.of(block), List.of(), List.of());
  }

  /** {@link ReverseComputeInline}. */
  public void reverseComputeInline(BlockRef block) {
    state = ReverseComputeInline.apply(state, block);
    recorder.add("ReverseComputeInline", List.of(block), List.of(), List.of());
  }

  // Reductions.

  /** {@link DecomposeReduction}; gives back the init block. */
  public BlockRef decomposeReduction(BlockRef block, LoopRef loop) {
    BlockRef init = apply(DecomposeReduction.apply(state, block, loop));
    recorder.add("DecomposeReduction", List.of(block, loop), List.of(), List.of(init));
    return init;
  }

  /** {@link RFactor}; gives back the block of the partial results. */
  public BlockRef rfactor(LoopRef loop, int factorAxis) {
    BlockRef partial = apply(RFactor.apply(state, loop, factorAxis));
    recorder.add("RFactor", List.of(loop), List.of(factorAxis), List.of(partial));
    return partial;
  }

  /** {@link FuseReductionEpilogue}; the reduction block keeps its handle. */
  public void fuseReductionEpilogue(BlockRef reduction, BlockRef epilogue) {
    state = FuseReductionEpilogue.apply(state, reduction, epilogue);
    recorder.add("FuseReductionEpilogue", List.of(reduction, epilogue), List.of(), List.of());
  }

  // Blocks and layouts.

  /** Whether {@link DecomposePadding} would accept; nothing is done or recorded. */
  public boolean canDecomposePadding(BlockRef block, LoopRef loop) {
    return DecomposePadding.accepts(state, block, loop);
  }

  /** {@link DecomposePadding}; gives back the filling block. */
  public BlockRef decomposePadding(BlockRef block, LoopRef loop) {
    BlockRef fill = apply(DecomposePadding.apply(state, block, loop));
    recorder.add("DecomposePadding", List.of(block, loop), List.of(), List.of(fill));
    return fill;
  }

  /** {@link PadEinsum}. */
  public void padEinsum(BlockRef block, List<Integer> padding) {
    state = PadEinsum.apply(state, block, padding);
    recorder.add("PadEinsum", List.of(block), List.of(padding), List.of());
  }

  /** {@link ReorderBlockIterVar}. */
  public void reorderBlockIterVar(BlockRef block, List<Integer> order) {
    state = ReorderBlockIterVar.apply(state, block, order);
    recorder.add("ReorderBlockIterVar", List.of(block, order), List.of(), List.of());
  }

  /** {@link Blockize} of a loop; gives back the outer block. */
  public BlockRef blockize(LoopRef loop) {
    return blockize(loop, true);
  }

  /** {@link Blockize} of a loop; gives back the outer block. */
  public BlockRef blockize(LoopRef loop, boolean preserveUnitIters) {
    BlockRef outer = apply(Blockize.apply(state, loop, preserveUnitIters));
    recorder.add("Blockize", List.of(loop), List.of(preserveUnitIters), List.of(outer));
    return outer;
  }

  /** {@link Blockize} of blocks side by side; gives back the outer block. */
  public BlockRef blockize(List<BlockRef> blocks, boolean preserveUnitIters) {
    BlockRef outer = apply(Blockize.apply(state, blocks, preserveUnitIters));
    recorder.add("Blockize", List.of(blocks), List.of(preserveUnitIters), List.of(outer));
    return outer;
  }

  /** {@link Tensorize} of a block or loop. */
  public void tensorize(StmtRef blockOrLoop, TensorIntrin intrin) {
    tensorize(blockOrLoop, intrin, true);
  }

  /** {@link Tensorize} of a block or loop; the trace has the intrinsic's name. */
  public void tensorize(StmtRef blockOrLoop, TensorIntrin intrin, boolean preserveUnitIters) {
    state = Tensorize.apply(state, blockOrLoop, intrin, preserveUnitIters);
    recorder.add(
        "Tensorize", List.of(blockOrLoop), List.of(intrin.name(), preserveUnitIters), List.of());
  }

  /** {@link Reindex} of what a block reads, or writes. */
  public BlockRef reindex(BlockRef block, int index, boolean write) {
    BlockRef stage = apply(Reindex.apply(state, block, index, write));
    recorder.add("ReIndex", List.of(block), List.of(index, write), List.of(stage));
    return stage;
  }

  /** {@link TransformLayout} of a buffer that a block reads, or writes. */
  public void transformLayout(BlockRef block, int index, boolean write, IndexMap map) {
    transformLayout(block, index, write, map, false);
  }

  /** {@link TransformLayout} without pad value. */
  public void transformLayout(
      BlockRef block, int index, boolean write, IndexMap map, boolean assumeInjective) {
    transformLayout(block, index, write, map, null, assumeInjective);
  }

  /** {@link TransformLayout}. */
  public void transformLayout(
      BlockRef block,
      int index,
      boolean write,
      IndexMap map,
      @Nullable IndexMap padValue,
      boolean assumeInjective) {
    state = TransformLayout.apply(state, block, index, write, map, padValue, assumeInjective);
    recorder.add(
        "TransformLayout",
        List.of(block, map),
        Arrays.asList(index, write, padValue, assumeInjective),
        List.of());
  }

  /** {@link TransformLayout}, and {@link SetAxisSeparator} where the layout has any. */
  public void transformLayout(
      BlockRef block,
      int index,
      boolean write,
      LayoutMap layout,
      @Nullable IndexMap padValue,
      boolean assumeInjective) {
    transformLayout(block, index, write, layout.map(), padValue, assumeInjective);
    if (!layout.axisSeparators().isEmpty()) {
      setAxisSeparator(block, index, write, layout.axisSeparators());
    }
  }

  /** {@link SetAxisSeparator}. */
  public void setAxisSeparator(BlockRef block, int index, boolean write, List<Integer> separators) {
    state = SetAxisSeparator.apply(state, block, index, write, separators);
    recorder.add("SetAxisSeparator", List.of(block), List.of(index, write, separators), List.of());
  }

  /** {@link TransformBlockLayout}. */
  public void transformBlockLayout(BlockRef block, IndexMap map) {
    state = TransformBlockLayout.apply(state, block, map);
    recorder.add("TransformBlockLayout", List.of(block), List.of(map), List.of());
  }

  /** Marks in the trace where the search ends and its postprocessing begins. */
  public void enterPostproc() {
    recorder.add("EnterPostproc", List.of(), List.of(), List.of());
  }

  // Storage and annotations.

  /** {@link SetScope}. */
  public void setScope(BlockRef block, int writeIndex, String scope) {
    state = SetScope.apply(state, block, writeIndex, scope(scope));
    recorder.add("SetScope", List.of(block), List.of(writeIndex, scope), List.of());
  }

  /** {@link UnsafeSetDtype}, to a type such as {@code float16}. */
  public void unsafeSetDtype(BlockRef block, int writeIndex, String dtype) {
    state = UnsafeSetDtype.apply(state, block, writeIndex, dtype);
    recorder.add("UnsafeSetDType", List.of(block), List.of(writeIndex, dtype), List.of());
  }

  /** {@link UnsafeHideBufferAccess} of kind {@code read} or {@code write}. */
  public void unsafeHideBufferAccess(BlockRef block, String kind, List<Integer> indices) {
    state = UnsafeHideBufferAccess.apply(state, block, kind, indices);
    recorder.add("UnsafeHideBufferAccess", List.of(block, kind, indices), List.of(), List.of());
  }

  /** {@link AnnotateBufferAccess}. */
  public void annotateBufferAccess(BlockRef block, int index, boolean write, IndexMap map) {
    state = AnnotateBufferAccess.apply(state, block, index, write, map);
    recorder.add("AnnotateBufferAccess", List.of(block, index, write, map), List.of(), List.of());
  }

  /** {@link StorageAlign}. */
  public void storageAlign(BlockRef block, int writeIndex, int axis, int factor, int offset) {
    state = StorageAlign.apply(state, block, writeIndex, axis, factor, offset);
    recorder.add(
        "StorageAlign", List.of(block), List.of(writeIndex, axis, factor, offset), List.of());
  }

  /** {@link Annotate}. */
  public void annotate(StmtRef ref, String key, AttrValue value) {
    state = Annotate.apply(state, ref, key, value);
    recorder.add("Annotate", List.of(ref, value), List.of(key), List.of());
  }

  /** {@link Annotate} with an integer. */
  public void annotate(StmtRef ref, String key, long value) {
    annotate(ref, key, Expr.int32(value));
  }

  /** {@link Annotate} with a sampled integer. */
  public void annotate(StmtRef ref, String key, ExprRef value) {
    state = Annotate.apply(state, ref, key, Expr.int32(value.value()));
    recorder.add("Annotate", List.of(ref, value), List.of(key), List.of());
  }

  /** {@link Annotate} with a string. */
  public void annotate(StmtRef ref, String key, String value) {
    annotate(ref, key, new Expr.StringImm(value));
  }

  /** {@link Unannotate}. */
  public void unannotate(StmtRef ref, String key) {
    state = Unannotate.apply(state, ref, key);
    recorder.add("Unannotate", List.of(ref), List.of(key), List.of());
  }

  private <T> T apply(Applied<T> applied) {
    state = applied.state();
    return applied.created();
  }

  private static Scope scope(String text) {
    return text.isEmpty() ? Scope.GLOBAL : checked("scope", () -> Scope.parse(text));
  }

  private static <T> T checked(String primitive, Supplier<T> parse) {
    try {
      return parse.get();
    } catch (IllegalArgumentException e) {
      throw new ScheduleException(primitive, String.valueOf(e.getMessage()), "", null, List.of());
    }
  }
}
