package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.Applied;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Gaps;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A copy of the part of a buffer that one iteration of a loop accesses, made by one block with the
 * annotation {@code auto_copy}: what {@link ReadAt} and {@link WriteAt} share.
 */
final class AutoCopy {
  private final String primitive;
  private final ScheduleState state;
  private final Site.Loop loop;
  private final Site.Block scope;
  private final Buffer buffer;
  private final CacheStage stage;
  private final Analyzer analyzer;

  /** Knows the loops of one iteration, too, which stay in the part that is copied. */
  private final Analyzer prover;

  private final List<Stmt> stmts;

  /** The blocks in each statement of the loop, by position, that read and that write the buffer. */
  private final Map<Integer, List<Site.Block>> readers = new LinkedHashMap<>();

  private final Map<Integer, List<Site.Block>> writers = new LinkedHashMap<>();

  AutoCopy(String primitive, ScheduleState state, Site.Loop loop, Buffer buffer, Scope memory) {
    this.primitive = primitive;
    this.state = state;
    this.loop = loop;
    this.scope = new Conditions(primitive, state).stagePipeline(loop);
    this.buffer = buffer;
    new Conditions(primitive, state).notView(scope, buffer);
    this.stage = CacheStage.of(buffer, buffer.whole().region(), memory, true);
    this.analyzer = state.analyzer(loop, false);
    this.prover = state.analyzer(loop);
    this.stmts = Nests.statements(loop.stmt().body());
    for (int i = 0; i < stmts.size(); i++) {
      for (Site child : loop.children()) {
        if (child.stmt() == stmts.get(i)) {
          collect(i, child);
        }
      }
    }
  }

  private void collect(int position, Site child) {
    List<Site.Block> blocks =
        child instanceof Site.Block block ? List.of(block) : child.childBlocks();
    for (Site.Block block : blocks) {
      if (Conditions.regionOf(block.block().reads(), buffer) != null) {
        readers.computeIfAbsent(position, p -> new ArrayList<>()).add(block);
      }
      if (Conditions.regionOf(block.block().writes(), buffer) != null) {
        writers.computeIfAbsent(position, p -> new ArrayList<>()).add(block);
      }
    }
  }

  /** Copies before the first statement that reads. */
  Applied<BlockRef> read() {
    if (readers.isEmpty()) {
      throw refuse("nothing in " + loop + " reads '" + buffer.name() + "'");
    }
    readers.values().forEach(blocks -> blocks.forEach(this::writtenByOneThread));
    if (!state.function(loop).paramBuffers().contains(buffer)) {
      Conditions conditions = new Conditions(primitive, state);
      readers.values().forEach(all -> all.forEach(reader -> conditions.thereAlways(reader, loop)));
      readers.values().forEach(all -> all.forEach(this::readsWholeBox));
    }
    int first = readers.keySet().iterator().next();
    if (writers.keySet().stream().anyMatch(w -> w >= first)) {
      throw refuse("'" + buffer.name() + "' is written after it is read in " + loop);
    }
    List<Range> part = part(readers, false);
    checkInside(part, "read");
    checkWritten(part);
    return insert(first, first, stmts.size(), buffer, stage.cache(), part);
  }

  /** All of the part must have been written, since the copy reads all of it. */
  private void checkWritten(List<Range> part) {
    List<Site.Block> all = state.scope(scope).writers(buffer);
    if (state.function(loop).paramBuffers().contains(buffer) || all.isEmpty()) {
      return;
    }
    for (Site.Block writer : all) {
      BufferRegion region = Conditions.regionOf(writer.block().writes(), buffer);
      List<Interval> sure =
          region == null || loop.contains(writer)
              ? written(writer)
              : Regions.lowerBound(
                  Regions.bound(writer, region),
                  Regions.domain(writer.parent(), commonLoop(writer), Scope.GLOBAL),
                  writer.stmt().predicate(),
                  state.analyzer(writer));
      Site place = loop.contains(writer) ? loop : commonLoop(writer);
      if (sure != null && contains(sure, part) && !hasGaps(writer, sure, place)) {
        return;
      }
    }
    throw refuse("it is not known that all of the part of '" + buffer.name() + "' was written");
  }

  /** The innermost loop or block around both this loop and another block. */
  private Site commonLoop(Site.Block other) {
    Site site = loop;
    while (site != scope && !site.contains(other) && site.parent() != null) {
      site = site.parent();
    }
    return site;
  }

  private void checkInside(List<Range> part, String accessed) {
    for (int i = 0; i < part.size(); i++) {
      Range range = part.get(i);
      Expr end = Expr.add(range.min(), range.extent());
      boolean inside =
          prover.prove(Expr.ge(range.min(), Expr.imm(range.min().dtype(), 0)))
              && prover.prove(Expr.le(end, buffer.shape().get(i)));
      if (!inside) {
        throw refuse(
            "the part that is " + accessed + " may be larger than '" + buffer.name() + "'");
      }
    }
  }

  /** Copies back after the last statement that writes. */
  Applied<BlockRef> write() {
    if (writers.isEmpty()) {
      throw refuse("nothing in " + loop + " writes '" + buffer.name() + "'");
    }
    int last = writers.keySet().stream().mapToInt(w -> w).max().orElseThrow();
    if (readers.keySet().stream().anyMatch(r -> r > last)) {
      throw refuse("'" + buffer.name() + "' is read after it is written in " + loop);
    }
    readers.forEach((position, blocks) -> blocks.forEach(block -> writtenBefore(position, block)));
    Conditions conditions = new Conditions(primitive, state);
    for (List<Site.Block> blocks : writers.values()) {
      for (Site.Block writer : blocks) {
        conditions.thereAlways(writer, loop);
        conditions.ofOneThread(writer, buffer, stage.cache().scope(), loop);
      }
    }
    List<Range> part = part(writers, true);
    checkInside(part, "written");
    for (List<Site.Block> blocks : writers.values()) {
      for (Site.Block writer : blocks) {
        if (Gaps.between(writer, buffer, part, loop)) {
          throw refuse(writer + " does not write all of the part that it states", writer);
        }
      }
    }
    return insert(last + 1, 0, last + 1, stage.cache(), buffer, part);
  }

  /**
   * A box around what is read would hold more than what is there, where a reader leaves some out.
   */
  private void readsWholeBox(Site.Block reader) {
    Map<Var, Range> domain = Regions.domain(reader.parent(), loop, stage.cache().scope());
    boolean limited =
        Vars.usesAny(reader.stmt().predicate(), domain.keySet())
            || domain.values().stream()
                .anyMatch(
                    range ->
                        Vars.usesAny(range.min(), domain.keySet())
                            || Vars.usesAny(range.extent(), domain.keySet()));
    BufferRegion region = Conditions.regionOf(reader.block().reads(), buffer);
    if (limited
        && region != null
        && Regions.lowerBound(
                Regions.bound(reader, region),
                domain,
                reader.stmt().predicate(),
                state.analyzer(reader))
            == null) {
      throw refuse(
          reader + " reads a part of '" + buffer.name() + "' of which not all may be written",
          reader);
    }
  }

  /** A copy for all threads must not be made before all of them have written. */
  private void writtenByOneThread(Site.Block reader) {
    BufferRegion read = Conditions.regionOf(reader.block().reads(), buffer);
    if (read == null) {
      return;
    }
    Set<Var> threads = Regions.domain(reader.parent(), loop, stage.cache().scope()).keySet();
    List<Site.Loop> outside = new ArrayList<>(loop.loopsAround());
    outside.add(loop);
    for (Site.Loop around : outside) {
      Var thread = around.stmt().var();
      boolean relaxed =
          threads.contains(thread)
              && Regions.bound(reader, read).region().stream()
                  .anyMatch(r -> Vars.uses(r.min(), thread) || Vars.uses(r.extent(), thread));
      if (relaxed && state.scope(scope).writers(buffer).stream().anyMatch(around::contains)) {
        throw refuse("each thread would copy what other threads write to '" + buffer.name() + "'");
      }
    }
  }

  /** What a block reads of the copy must have been written to the copy, not to the original. */
  private void writtenBefore(int position, Site.Block reader) {
    List<Range> read = part(Map.of(position, List.of(reader)), false, false);
    for (Map.Entry<Integer, List<Site.Block>> entry : writers.entrySet()) {
      for (Site.Block writer : entry.getValue()) {
        List<Interval> written = entry.getKey() < position ? written(writer) : null;
        if (written != null && contains(written, read) && !hasGaps(writer, written, loop)) {
          return;
        }
      }
    }
    throw refuse(
        reader + " may read what was in '" + buffer.name() + "' before this iteration of " + loop,
        reader);
  }

  private boolean contains(List<Interval> outer, List<Range> inner) {
    for (int i = 0; i < inner.size(); i++) {
      Expr min = outer.get(i).min();
      Expr max = outer.get(i).max();
      Range range = inner.get(i);
      Expr last = Expr.sub(Expr.add(range.min(), range.extent()), 1);
      if (min == null
          || max == null
          || !prover.prove(Expr.le(min, range.min()))
          || !prover.prove(Expr.ge(max, last))) {
        return false;
      }
    }
    return true;
  }

  private boolean hasGaps(Site.Block writer, List<Interval> written, Site place) {
    return Gaps.between(writer, buffer, Regions.ranges(written, buffer, analyzer), place);
  }

  /** What a block surely writes in one iteration; null if that isn't known. */
  private @Nullable List<Interval> written(Site.Block writer) {
    BufferRegion region = Conditions.regionOf(writer.block().writes(), buffer);
    // Each thread copies, and in an iteration of its own nothing may be written before.
    Map<Var, Range> own = Regions.domain(writer.parent(), loop, Scope.GLOBAL);
    boolean varies =
        region != null
            && Regions.bound(writer, region).region().stream()
                .anyMatch(range -> !Vars.in(range.min()).isEmpty());
    boolean runs = varies || Regions.runs(own, writer.stmt().predicate(), state.analyzer(writer));
    return region == null || !runs
        ? null
        : Regions.lowerBound(
            Regions.bound(writer, region),
            Regions.domain(writer.parent(), loop, stage.cache().scope()),
            writer.stmt().predicate(),
            state.analyzer(writer));
  }

  private List<Range> part(Map<Integer, List<Site.Block>> blocks, boolean writes) {
    return part(blocks, writes, writes);
  }

  /** The smallest box around what blocks access in one iteration; of which they write all. */
  private List<Range> part(
      Map<Integer, List<Site.Block>> blocks, boolean writes, boolean complete) {
    List<List<Interval>> boxes = new ArrayList<>();
    boolean covered = false;
    for (List<Site.Block> each : blocks.values()) {
      for (Site.Block block : each) {
        List<BufferRegion> regions = writes ? block.block().writes() : block.block().reads();
        BufferRegion region = Conditions.regionOf(regions, buffer);
        if (region != null) {
          Map<Var, Range> domain = Regions.domain(block.parent(), loop, stage.cache().scope());
          boxes.add(
              Regions.bound(block, region).region().stream()
                  .map(range -> Regions.evaluate(range, domain, state.analyzer(block, false)))
                  .toList());
        }
      }
    }
    List<Range> box = Regions.ranges(Regions.union(boxes, analyzer), buffer, analyzer);
    if (complete) {
      for (List<Site.Block> each : blocks.values()) {
        for (Site.Block block : each) {
          List<Interval> written = written(block);
          covered |= written != null && contains(written, box);
        }
      }
      if (!covered) {
        throw refuse(
            "it is not known that each iteration of "
                + loop
                + " writes all of the part of '"
                + buffer.name()
                + "' that would be copied");
      }
    }
    return box;
  }

  private Applied<BlockRef> insert(
      int position, int from, int to, Buffer source, Buffer target, List<Range> part) {
    List<Stmt> body = new ArrayList<>();
    for (int i = 0; i < stmts.size(); i++) {
      boolean redirected = i >= from && i < to;
      body.add(redirected ? stage.redirect(stmts.get(i), true, true) : stmts.get(i));
    }
    Stmt.BlockRealize copy = copy(source, target, part);
    body.add(position, copy);
    Map<Stmt, Stmt> replaced = new IdentityHashMap<>();
    replaced.put(loop.stmt(), loop.stmt().withBody(Stmt.seq(body)));
    Stmt.Block block = scope.block();
    Stmt.Block changed =
        block
            .withBody(Blocks.replace(block.body(), replaced))
            .withAllocBuffers(Blocks.allocating(block, stage.cache()));
    ScheduleState next = state.replace(scope, scope.stmt().withBlock(changed));
    return new Applied<>(next, Blocks.ref(next, copy.block()));
  }

  /** A block with an axis for each loop that the part depends on, and loops over the part. */
  private Stmt.BlockRealize copy(Buffer source, Buffer target, List<Range> part) {
    Map<Var, Range> around = Regions.domain(loop, null, Scope.GLOBAL);
    Map<Var, Var> axes = new LinkedHashMap<>();
    List<IterVar> iterVars = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    for (Range range : part) {
      for (Expr e : List.of(range.min(), range.extent())) {
        for (Var var : Vars.in(e)) {
          Range domain = around.get(var);
          if (domain != null && !axes.containsKey(var)) {
            Var axis = var.renamed("v" + axes.size());
            axes.put(var, axis);
            iterVars.add(new IterVar(domain, axis, IterVar.Kind.SPATIAL, null));
            values.add(var);
          }
        }
      }
    }
    List<Var> loops = new ArrayList<>();
    List<Expr> extents = new ArrayList<>();
    List<Expr> indices = new ArrayList<>();
    List<Range> region = new ArrayList<>();
    for (int i = 0; i < part.size(); i++) {
      Expr min = Substitute.in(part.get(i).min(), axes);
      Expr extent = Substitute.in(part.get(i).extent(), axes);
      Var var = Var.of("ax" + i, min.dtype());
      loops.add(var);
      extents.add(extent);
      indices.add(Expr.add(min, var));
      region.add(new Range(min, extent));
    }
    Stmt body =
        Nests.around(
            loops, extents, new Stmt.Store(target, new Expr.Load(source, indices), indices));
    Stmt.Block block =
        new Stmt.Block(
            buffer.name() + "_" + stage.cache().scope(),
            iterVars,
            List.of(new BufferRegion(source, region)),
            List.of(new BufferRegion(target, region)),
            List.of(),
            List.of(),
            Map.of("auto_copy", Expr.int32(1)),
            null,
            body);
    return new Stmt.BlockRealize(values, Expr.bool(true), block);
  }

  private ScheduleException refuse(String reason) {
    return state.refuse(primitive, reason, loop);
  }

  private ScheduleException refuse(String reason, Site.Block block) {
    return state.refuse(primitive, reason, loop, block);
  }
}
