package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.ConstBounds;
import dev.weft.tir.arith.Distinction;
import dev.weft.tir.schedule.Accesses;
import dev.weft.tir.schedule.Bindings;
import dev.weft.tir.schedule.BlockKinds;
import dev.weft.tir.schedule.BlockScope;
import dev.weft.tir.schedule.Pipelines;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The conditions that several primitives share. Each method returns if its condition holds and
 * refuses, in the primitive's name, if not.
 *
 * @param primitive the primitive's name
 * @param state where it is applied
 */
record Conditions(String primitive, ScheduleState state) {
  /** What knows the ranges of the loops around a site. */
  Analyzer analyzer(Site site) {
    return state.analyzer(site);
  }

  /** A loop without annotation and thread binding, that starts at 0. */
  void plainLoop(Site.Loop site) {
    Stmt.For loop = site.stmt();
    if (!loop.annotations().isEmpty() || Nests.isThread(loop)) {
      throw state.refuse(primitive, site + " has an annotation or thread binding", site);
    }
    if (!loop.min().isConst(0)) {
      throw state.refuse(primitive, site + " does not start at 0", site);
    }
  }

  /** The scope that a loop or block is in. */
  Site.Block scope(Site site) {
    Site.Block scope = site.scope();
    if (scope == null) {
      throw state.refuse(primitive, "the root block of a function is in no scope", site);
    }
    statesAccesses(scope);
    scope.childBlocks().forEach(this::statesAccesses);
    return scope;
  }

  /**
   * That a block states what it accesses. The opaque blocks of {@code loopPartition} state nothing,
   * and those within more than one instance accesses: no dependency can be read from them.
   */
  private void statesAccesses(Site.Block block) {
    if (!block.isRoot() && !states(block, block, new HashSet<>())) {
      throw state.refuse(
          primitive, block + " does not state what the blocks within it access", block);
    }
  }

  /** Whether a block states the buffers, other than {@code own}, that blocks in another access. */
  private static boolean states(Site.Block block, Site.Block around, Set<Buffer> own) {
    Stmt.Block stmt = around.block();
    own.addAll(stmt.allocBuffers());
    stmt.matchBuffers().forEach(view -> own.add(view.buffer()));
    for (Site.Block inner : around.childBlocks()) {
      boolean all =
          inner.block().reads().stream()
                  .allMatch(
                      // What a reduction reads of its own result, it states as written.
                      r ->
                          isStated(r, block.block().reads(), own)
                              || isStated(r, block.block().writes(), own))
              && inner.block().writes().stream()
                  .allMatch(w -> isStated(w, block.block().writes(), own));
      if (!all || !states(block, inner, own)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isStated(BufferRegion access, List<BufferRegion> stated, Set<Buffer> own) {
    return own.contains(access.buffer()) || regionOf(stated, access.buffer()) != null;
  }

  /** The scope that a loop or block is in, which must be a stage pipeline. */
  Site.Block stagePipeline(Site site) {
    Site.Block scope = scope(site);
    String violation = Pipelines.violation(state, scope);
    if (violation != null) {
      throw state.refuse(
          primitive, "the scope of " + scope + " is no stage pipeline: " + violation, scope);
    }
    return scope;
  }

  /** A complete block. */
  void complete(Site.Block block) {
    String violation = BlockKinds.notComplete(block, state);
    if (violation != null) {
      throw state.refuse(primitive, block + " is not a complete block: " + violation, block);
    }
  }

  /** A reduction block. */
  void reduction(Site.Block block) {
    String violation = BlockKinds.notReduction(block, state);
    if (violation != null) {
      throw state.refuse(primitive, block + " is not a reduction block: " + violation, block);
    }
  }

  /** A complete or reduction block. */
  void completeOrReduction(Site.Block block) {
    String notComplete = BlockKinds.notComplete(block, state);
    if (notComplete == null) {
      return;
    }
    String notReduction = BlockKinds.notReduction(block, state);
    if (notReduction != null) {
      throw state.refuse(
          primitive,
          block
              + " is neither a complete block ("
              + notComplete
              + ") nor a reduction block ("
              + notReduction
              + ")",
          block);
    }
  }

  /** A block that writes only what its scope allocates. */
  void notOutput(Site.Block block, Site.Block scope) {
    if (isOutput(block, scope)) {
      throw state.refuse(primitive, block + " is an output block", block);
    }
  }

  static boolean isOutput(Site.Block block, Site.Block scope) {
    List<Buffer> allocated = scope.block().allocBuffers();
    return block.block().writes().stream().anyMatch(w -> !allocated.contains(w.buffer()));
  }

  /**
   * That blocks under a loop hand data on within one iteration of it only, so that the iterations
   * may change their order.
   */
  void independentOfOrder(Site.Loop loop) {
    loop.childBlocks().forEach(this::statesAccesses);
    for (BlockScope.Dependency dependency : state.scopeWithin(loop).dependencies()) {
      if (dependency.kind() == BlockScope.Kind.RAW && !state.isCovered(dependency.dst())) {
        throw state.refuse(
            primitive,
            dependency.dst() + " reads what other iterations of " + loop + " write",
            dependency.dst(),
            loop);
      }
    }
  }

  /** A block that does not begin with what is in a buffer that it writes. */
  void ownInit(Site.Block block, Buffer buffer) {
    Stmt.Block b = block.block();
    if (b.init() == null && regionOf(b.reads(), buffer) != null) {
      throw state.refuse(
          primitive,
          block + " updates '" + buffer.name() + "', which is initialised elsewhere",
          block);
    }
  }

  /** Whether a loop carries out a block again with the same values of its axes. */
  static boolean isRepeating(Site.Block block, Site.Loop loop) {
    return !loop.stmt().extent().isConst(1)
        && block.stmt().iterValues().stream()
            .noneMatch(value -> Vars.uses(value, loop.stmt().var()));
  }

  /** A block without init. */
  void noInit(Site.Block block) {
    if (block.block().init() != null) {
      throw state.refuse(primitive, block + " has an init", block);
    }
  }

  /** The only buffer that a block writes. */
  Buffer singleWrite(Site.Block block) {
    List<BufferRegion> writes = block.block().writes();
    if (writes.size() != 1) {
      throw state.refuse(
          primitive, block + " writes " + writes.size() + " buffers, not one", block);
    }
    return writes.getFirst().buffer();
  }

  /** The store to a buffer that is all that a block does. */
  Stmt.Store singleStore(Site.Block block, Buffer buffer) {
    if (block.block().body() instanceof Stmt.Store store
        && store.buffer() == buffer
        && store.predicate() == null
        && block.block().matchBuffers().isEmpty()
        && block.block().allocBuffers().isEmpty()) {
      return store;
    }
    throw state.refuse(
        primitive,
        "the body of " + block + " is not just a store to '" + buffer.name() + "'",
        block);
  }

  /** A block whose binding is affine, in all its loops or in those from {@code top} inwards. */
  void affine(Site.Block block, Site.Loop top) {
    if (!state.isAffine(block) && !Bindings.isAffineWithin(block, top, state.analyzer(block))) {
      throw state.refuse(primitive, "the binding of " + block + " is not affine", block);
    }
  }

  /** That the iterations of a loop can be carried out in any order or at once. */
  void parallelizable(Site.Loop site, @Nullable ThreadTag tag) {
    BlockScope within = state.scopeWithin(site);
    for (Site.Block block : site.childBlocks()) {
      boolean compact =
          within.isDominant(block)
              && (BlockKinds.notCompleteLocally(block) == null
                  || BlockKinds.notReductionLocally(block, state) == null);
      if (state.isChecked() && !compact) {
        throw state.refuse(
            primitive,
            block + " under " + site + " is neither a complete nor a reduction block of it",
            block,
            site);
      }
    }
    if (state.isChecked()) {
      independentOfOrder(site);
    }
    for (Site.Block block : site.childBlocks()) {
      parallelizable(site, block, tag);
      if (state.isChecked()) {
        ownPlaces(site, block);
        ownReductions(site, block, tag);
      }
    }
  }

  /**
   * That no instance of a reduction is carried out in several iterations of a loop at once, in
   * memory that they share: each begins it again while others are on their way.
   */
  private void ownReductions(Site.Loop site, Site.Block block, @Nullable ThreadTag tag) {
    if (block.block().init() == null
        || block.block().writes().stream().allMatch(w -> isPrivate(w.buffer(), site, block, tag))) {
      return;
    }
    List<Expr> values = new ArrayList<>();
    for (int i = 0; i < block.block().iterVars().size(); i++) {
      Expr value = block.stmt().iterValues().get(i);
      if (block.block().iterVars().get(i).kind() == IterVar.Kind.SPATIAL) {
        values.add(value);
      } else if (Vars.uses(value, site.stmt().var())) {
        return;
      }
    }
    Distinction distinct =
        Distinction.of(
            Regions.domain(block.parent(), site.parent(), Scope.GLOBAL),
            block.stmt().predicate(),
            List.of(site.stmt().var()),
            values,
            state.analyzer(block));
    if (distinct == Distinction.FAILS) {
      throw state.refuse(
          primitive,
          "different iterations of " + site + " would carry out the same reduction " + block,
          block,
          site);
    }
  }

  /** Whether the iterations of a loop have a buffer each. */
  private static boolean isPrivate(
      Buffer buffer, Site.Loop loop, Site.Block writer, @Nullable ThreadTag tag) {
    for (Site site = writer.parent(); site != null && site != loop; site = site.parent()) {
      if (site instanceof Site.Block around && around.block().allocBuffers().contains(buffer)) {
        return true;
      }
    }
    Scope.Rank rank = buffer.scope().rank();
    boolean ofBlock = rank != Scope.Rank.GLOBAL;
    boolean ofThread = ofBlock && rank != Scope.Rank.SHARED;
    return tag != null && (tag.level == ThreadTag.Level.BLOCK ? ofThread : ofBlock);
  }

  /** That instances of a block in different iterations of a loop write different elements. */
  private void ownPlaces(Site.Loop site, Site.Block block) {
    List<Expr> instances = new ArrayList<>();
    for (int i = 0; i < block.block().iterVars().size(); i++) {
      IterVar axis = block.block().iterVars().get(i);
      if (axis.kind() == IterVar.Kind.SPATIAL
          && !axis.dom().extent().isConst(1)
          && Vars.uses(block.stmt().iterValues().get(i), site.stmt().var())) {
        instances.add(axis.var());
      }
    }
    if (instances.isEmpty()) {
      return;
    }
    Analyzer analyzer = state.analyzer(block);
    for (Accesses.Place place : Accesses.stores(block.block())) {
      Distinction distinct = Distinction.of(place.domain(), instances, place.indices(), analyzer);
      if (distinct == Distinction.FAILS) {
        throw state.refuse(
            primitive,
            "different iterations of "
                + site
                + " write the same element of '"
                + place.buffer().name()
                + "' in "
                + block,
            block,
            site);
      }
    }
  }

  private void parallelizable(Site.Loop site, Site.Block block, @Nullable ThreadTag tag) {
    // A complete block may be carried out more than once with the same axes: it writes the same.
    // A reduction block has an affine binding.
    Var var = site.stmt().var();
    boolean crossThread = tag != null && tag.level == ThreadTag.Level.BLOCK;
    List<IterVar> axes = block.block().iterVars();
    for (int i = 0; i < axes.size(); i++) {
      if (!Vars.uses(block.stmt().iterValues().get(i), var)) {
        continue;
      }
      IterVar.Kind kind = axes.get(i).kind();
      boolean allowed =
          kind == IterVar.Kind.SPATIAL || (crossThread && kind == IterVar.Kind.REDUCE);
      if (!allowed) {
        throw state.refuse(
            primitive,
            "axis '"
                + axes.get(i).var().name()
                + "' of "
                + block
                + " is bound to "
                + site
                + " and is not "
                + (crossThread ? "spatial or reduction" : "spatial"),
            block,
            site);
      }
    }
  }

  /**
   * That axes have the same values in all iterations of the loops around their block: what goes
   * over their domains where those loops are not needs it.
   */
  void domainsAreGiven(Site.Block block, List<IterVar> axes) {
    for (IterVar axis : axes) {
      for (Site.Loop loop : block.loopsAround()) {
        Var var = loop.stmt().var();
        if (Vars.uses(axis.dom().min(), var) || Vars.uses(axis.dom().extent(), var)) {
          throw state.refuse(
              primitive,
              "the domain of axis '" + axis.var().name() + "' of " + block + " depends on " + loop,
              block,
              loop);
        }
      }
    }
  }

  /**
   * That a block is there in all iterations of the loops around {@code place}: a copy that is put
   * there would otherwise read what has not been written.
   */
  void thereAlways(Site.Block block, Site place) {
    Map<Var, Range> domain = Regions.domain(block.parent(), place, Scope.GLOBAL);
    Map<Var, Expr> single = new HashMap<>();
    domain.forEach(
        (var, range) -> {
          if (range.extent().isConst(1)) {
            single.put(var, range.min());
          }
        });
    Set<Var> inner = domain.keySet();
    Analyzer analyzer = state.analyzer(block);
    for (Expr condition : Vars.conjuncts(block.stmt().predicate())) {
      Expr part = Substitute.in(condition, single);
      if (!Vars.usesAny(part, inner) && !analyzer.prove(part)) {
        throw state.refuse(
            primitive,
            "the predicate of " + block + " leaves out iterations in which the copy would be made",
            block);
      }
    }
  }

  /**
   * That what a block writes in one iteration of the loops around {@code place} is written by one
   * thread: a copy that is put there would be made by each thread, also of what others have not
   * written yet.
   *
   * @param memory where the block writes, or will write
   */
  void ofOneThread(Site.Block block, Buffer buffer, Scope memory, Site place) {
    BufferRegion written = regionOf(block.block().writes(), buffer);
    if (written == null) {
      return;
    }
    Set<Var> threads = new HashSet<>(Regions.domain(block.parent(), place, memory).keySet());
    threads.removeAll(Regions.domain(block.parent(), place, Scope.GLOBAL).keySet());
    for (Range range : Regions.bound(block, written).region()) {
      if (Vars.usesAny(range.min(), threads) || Vars.usesAny(range.extent(), threads)) {
        throw state.refuse(
            primitive,
            "each thread would copy what other threads write to '" + buffer.name() + "'",
            block,
            place);
      }
    }
  }

  /** That no index comes from a buffer that the scope writes: a copy might be made before that. */
  void indicesAreGiven(Site.Block site, List<Expr> indices, BlockScope blocks) {
    IrWalker search =
        new IrWalker() {
          @Override
          public void expr(Expr node) {
            if (node instanceof Expr.Load load && !blocks.writers(load.buffer()).isEmpty()) {
              throw state.refuse(
                  primitive,
                  "an index in "
                      + site
                      + " is read from '"
                      + load.buffer().name()
                      + "', which is written in the scope",
                  site);
            }
            super.expr(node);
          }
        };
    indices.forEach(search::expr);
  }

  /**
   * That a block's loops don't certainly leave out values of an axis: loops made anew, or another
   * block's, would run for them too.
   */
  void reachesAll(Site.Block block) {
    Analyzer analyzer = state.analyzer(block);
    for (int i = 0; i < block.block().iterVars().size(); i++) {
      IterVar axis = block.block().iterVars().get(i);
      ConstBounds reached = analyzer.bounds(block.stmt().iterValues().get(i));
      boolean less =
          axis.dom().min() instanceof Expr.IntImm min
              && axis.dom().extent() instanceof Expr.IntImm extent
              && (reached.min() > min.value() || reached.max() < min.value() + extent.value() - 1);
      if (less) {
        throw state.refuse(
            primitive,
            "the loops of " + block + " don't reach all values of '" + axis.var().name() + "'",
            block);
      }
    }
  }

  /** Whether a block within a block writes a buffer under a predicate, or not in all of a box. */
  static boolean isLimitedWithin(Site.Block site, Buffer buffer) {
    return site.childBlocks().stream()
        .anyMatch(
            inner ->
                isLimitedWithin(inner, buffer)
                    || ((!inner.stmt().predicate().isConst(1) || isTriangle(inner))
                        && regionOf(inner.block().writes(), buffer) != null));
  }

  /** Whether the range of a loop around a block depends on another loop. */
  private static boolean isTriangle(Site.Block block) {
    List<Var> loops = block.loopsAround().stream().map(loop -> loop.stmt().var()).toList();
    return block.loopsAround().stream()
        .anyMatch(
            loop ->
                Vars.usesAny(loop.stmt().min(), loops)
                    || Vars.usesAny(loop.stmt().extent(), loops));
  }

  /** That the loops from one inwards carry out no instance of a block again. */
  void once(Site.Block site, Site.Loop loop) {
    Map<Var, Range> domain = Regions.domain(site.parent(), loop.parent(), Scope.GLOBAL);
    List<Expr> values = site.stmt().iterValues();
    List<Var> used =
        domain.keySet().stream()
            .filter(var -> values.stream().anyMatch(value -> Vars.uses(value, var)))
            .toList();
    Distinction once =
        Distinction.of(domain, site.stmt().predicate(), used, values, state.analyzer(site));
    if (once != Distinction.HOLDS) {
      throw state.refuse(
          primitive,
          "the loops from " + loop + " on carry out parts of " + site + " again",
          loop,
          site);
    }
  }

  /** The region of a block's signature that is about one buffer. */
  static @Nullable BufferRegion regionOf(List<BufferRegion> regions, Buffer buffer) {
    for (BufferRegion region : regions) {
      if (region.buffer() == buffer) {
        return region;
      }
    }
    return null;
  }

  /** The buffer that a block reads or writes at a position of its signature. */
  Buffer buffer(Site.Block block, int index, boolean write) {
    List<BufferRegion> regions = write ? block.block().writes() : block.block().reads();
    if (index < 0 || index >= regions.size()) {
      throw state.refuse(
          primitive,
          "buffer index "
              + index
              + " is out of range: "
              + block
              + (write ? " writes " : " reads ")
              + Counted.of(regions.size(), "buffer", "buffers"),
          block);
    }
    return regions.get(index).buffer();
  }

  /**
   * That indices stay within a buffer for all values of a block's axes, where the block guards its
   * accesses: a copy of what it reads is made without the guards.
   */
  void inBounds(Site.Block block, Buffer buffer, List<Expr> indices) {
    boolean[] guarded = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        guarded[0] |= node instanceof Expr.Call call && call.is(Intrinsic.IF_THEN_ELSE);
        super.expr(node);
      }

      @Override
      public void stmt(Stmt node) {
        guarded[0] |= node instanceof Stmt.If;
        super.stmt(node);
      }
    }.stmt(block.block());
    Analyzer analyzer = state.analyzer(block);
    block.block().iterVars().forEach(axis -> analyzer.bind(axis.var(), axis.dom()));
    for (int i = 0; guarded[0] && i < indices.size(); i++) {
      Expr index = indices.get(i);
      boolean within =
          analyzer.prove(Expr.ge(index, Expr.imm(index.dtype(), 0)))
              && analyzer.prove(Expr.lt(index, buffer.shape().get(i)));
      if (!within) {
        throw state.refuse(
            primitive, block + " reads '" + buffer.name() + "' under a condition only", block);
      }
    }
  }

  /** A buffer that is a parameter of the function or allocated by a block, not a view. */
  void notView(Site.Block block, Buffer buffer) {
    for (Site site = block; site != null; site = site.parent()) {
      boolean view =
          site instanceof Site.Block around
              && around.block().matchBuffers().stream().anyMatch(m -> m.buffer() == buffer);
      if (view) {
        throw state.refuse(primitive, "'" + buffer.name() + "' is a view, of a region", site);
      }
    }
  }

  /** The block that allocates a buffer; refuses for parameters and views. */
  Site.Block allocator(Site.Block block, Buffer buffer) {
    for (Site site = block; site != null; site = site.parent()) {
      if (site instanceof Site.Block around && around.block().allocBuffers().contains(buffer)) {
        return around;
      }
    }
    throw state.refuse(
        primitive,
        "buffer '"
            + buffer.name()
            + "' is not allocated by a block: it is a parameter of the function or a view",
        block);
  }
}
