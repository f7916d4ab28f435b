package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.AccessRegions;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.BlockScope;
import dev.weft.tir.schedule.Interval;
import dev.weft.tir.schedule.Regions;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.Vars;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts a consumer into its only producer, and removes the consumer.
 *
 * <p>Arguments: the consumer.
 *
 * <p>Conditions:
 *
 * <ol>
 *   <li>the scope is a stage pipeline,
 *   <li>the block is complete, without init; its body is one store,
 *   <li>it reads one buffer that is written in the scope, by one producer; all loads of it have the
 *       same indices, which can be solved for the block's axes,
 *   <li>the producer is complete and no output block, its body is one store, and nobody else reads
 *       what it writes,
 *   <li>the producer has no predicate, or one that follows from the new one,
 *   <li>the block has no predicate,
 *   <li>where it reads under a condition, the producer writes all that it may read,
 *   <li>the block is not the only leaf of its scope.
 * </ol>
 *
 * <p>Where the producer computes more than the consumer uses, it gets a predicate.
 *
 * <pre>
 * for i in range(128):
 *     with T.block("B"):
 *         B[vi] = A[vi] * 2.0             →     for i in range(128):
 * for i in range(128):                              with T.block("B"):
 *     with T.block("C"):                                C[vi] = A[vi] * 2.0 + 1.0
 *         C[vi] = B[vi] + 1.0
 * </pre>
 */
public final class ReverseComputeInline {
  private static final String NAME = "reverseComputeInline";

  private ReverseComputeInline() {}

  /** See the class. */
  public static ScheduleState apply(ScheduleState state, BlockRef ref) {
    Site.Block site = state.block(ref);
    Conditions conditions = new Conditions(NAME, state);
    conditions.noInit(site);
    Site.Block scope = conditions.stagePipeline(site);
    BlockScope blocks = state.scope(scope);
    Buffer buffer = intermediateRead(conditions, site, blocks);
    conditions.complete(site);
    conditions.reachesAll(site);
    Site.Block producer = onlyProducer(conditions, site, buffer, blocks);
    conditions.complete(producer);
    conditions.noInit(producer);
    conditions.notOutput(producer, scope);
    Stmt.Store consumerStore = conditions.singleStore(site, conditions.singleWrite(site));
    Stmt.Store producerStore = conditions.singleStore(producer, buffer);
    Removal removal = Removal.of(NAME, state, site);

    List<Expr> loaded = loadIndices(conditions, site, buffer, consumerStore);
    Analyzer analyzer = state.analyzer(producer);
    AffineInverse inverse = AffineInverse.of(site.block().iterVars(), loaded, analyzer);
    if (inverse == null) {
      throw state.refuse(
          NAME,
          "the indices by which "
              + site
              + " reads '"
              + buffer.name()
              + "' can't be solved for its axes",
          site);
    }
    checkDomain(state, site, buffer, loaded);
    if (ConditionalAccess.of(buffer, consumerStore)) {
      checkProduced(state, site, producer, buffer, loaded);
    }
    if (!analyzer.prove(site.stmt().predicate())
        && !state.analyzer(site).prove(site.stmt().predicate())) {
      throw state.refuse(NAME, site + " has a predicate", site);
    }
    Map<Var, Expr> axes = inverse.apply(producerStore.indices());
    axes.replaceAll((var, value) -> analyzer.simplify(value));
    Stmt body = body(consumerStore, buffer, producerStore.value(), axes);
    if (Vars.in(body).contains(buffer.data())) {
      throw state.refuse(
          NAME, "'" + buffer.name() + "' is accessed through a pointer by " + site, site);
    }
    Expr inside =
        Expr.and(
            inside(site.block().iterVars(), axes, analyzer),
            atLoaded(loaded, producerStore.indices(), axes, analyzer));
    Expr predicate = Substitute.in(inside, Regions.bindings(producer.stmt()));
    Expr inDomain = Substitute.in(domain(producer), Regions.bindings(producer.stmt()));
    checkPredicate(conditions, producer, Expr.and(predicate, inDomain), analyzer);
    Stmt.Block merged =
        AccessRegions.annotated(
            producer.block().withBody(body), Buffers.byPointer(state.function(site)));
    Stmt.BlockRealize realize =
        new Stmt.BlockRealize(
            producer.stmt().iterValues(), Expr.and(producer.stmt().predicate(), predicate), merged);
    Stmt.Block block = scope.block();
    List<Buffer> kept = block.allocBuffers().stream().filter(b -> b != buffer).toList();
    Stmt newBody =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            if (node == removal.old()) {
              return stmt(removal.replacement());
            }
            return node == producer.stmt() ? realize : super.stmt(node);
          }
        }.stmt(block.body());
    return state.replace(
        scope, scope.stmt().withBlock(block.withBody(newBody).withAllocBuffers(kept)));
  }

  private static Buffer intermediateRead(
      Conditions conditions, Site.Block site, BlockScope blocks) {
    List<Buffer> written =
        site.block().reads().stream()
            .map(BufferRegion::buffer)
            .filter(buffer -> !blocks.writers(buffer).isEmpty())
            .toList();
    if (written.size() != 1) {
      throw conditions
          .state()
          .refuse(
              NAME,
              site + " reads " + written.size() + " buffers that are written in the scope, not one",
              site);
    }
    return written.getFirst();
  }

  private static Site.Block onlyProducer(
      Conditions conditions, Site.Block site, Buffer buffer, BlockScope blocks) {
    List<Site.Block> producers = blocks.producers(site);
    if (producers.size() != 1) {
      throw conditions
          .state()
          .refuse(NAME, site + " has " + producers.size() + " producers, not one", site);
    }
    Site.Block producer = producers.getFirst();
    if (!blocks.consumers(producer).equals(List.of(site))) {
      throw conditions
          .state()
          .refuse(
              NAME, "other blocks than " + site + " read '" + buffer.name() + "'", producer, site);
    }
    return producer;
  }

  private static List<Expr> loadIndices(
      Conditions conditions, Site.Block site, Buffer buffer, Stmt.Store store) {
    Set<List<Expr>> all = new LinkedHashSet<>();
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Load load && load.buffer() == buffer) {
          all.add(load.indices());
        }
        super.expr(node);
      }
    }.stmt(store);
    if (all.size() != 1) {
      throw conditions
          .state()
          .refuse(
              NAME,
              site + " reads '" + buffer.name() + "' at " + all.size() + " different places",
              site);
    }
    return all.iterator().next();
  }

  /**
   * That the consumer reads for each value of its axes: an element of the result for which it reads
   * nothing would no longer be written.
   */
  private static void checkDomain(
      ScheduleState state, Site.Block site, Buffer buffer, List<Expr> loaded) {
    Analyzer analyzer = state.analyzer(site);
    site.block().iterVars().forEach(axis -> analyzer.bind(axis.var(), axis.dom()));
    for (int i = 0; i < loaded.size(); i++) {
      Expr at = loaded.get(i);
      Expr dim = Expr.cast(at.dtype(), buffer.shape().get(i));
      boolean inside =
          analyzer.prove(Expr.ge(at, Expr.imm(at.dtype(), 0))) && analyzer.prove(Expr.lt(at, dim));
      if (!inside) {
        throw state.refuse(
            NAME,
            site + " has instances for which nothing of '" + buffer.name() + "' is produced",
            site);
      }
    }
  }

  /**
   * That the producer writes all that the consumer may read: a consumer that reads under a
   * condition runs without reading too, and then nothing is there to run instead of it.
   */
  private static void checkProduced(
      ScheduleState state, Site.Block site, Site.Block producer, Buffer buffer, List<Expr> loaded) {
    BufferRegion written = Conditions.regionOf(producer.block().writes(), buffer);
    Analyzer analyzer = state.analyzer(site);
    Map<Var, Range> axes = new LinkedHashMap<>();
    site.block().iterVars().forEach(axis -> axes.put(axis.var(), axis.dom()));
    List<Interval> produced =
        written == null
            ? null
            : Regions.lowerBound(
                Regions.bound(producer, written),
                Regions.domain(producer.parent(), null, Scope.GLOBAL),
                producer.stmt().predicate(),
                analyzer);
    boolean all = produced != null;
    for (int i = 0; i < loaded.size() && produced != null; i++) {
      Interval read = Regions.evaluate(Range.point(loaded.get(i)), axes, analyzer);
      all &=
          isAtMost(produced.get(i).min(), read.min(), analyzer)
              && isAtMost(read.max(), produced.get(i).max(), analyzer);
    }
    if (!all) {
      throw state.refuse(
          NAME,
          site + " has instances for which nothing of '" + buffer.name() + "' is produced",
          site);
    }
  }

  private static boolean isAtMost(@Nullable Expr a, @Nullable Expr b, Analyzer analyzer) {
    return a != null && b != null && analyzer.prove(Expr.le(a, b));
  }

  private static Stmt body(Stmt.Store consumer, Buffer buffer, Expr produced, Map<Var, Expr> axes) {
    return new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        if (node instanceof Var v) {
          Expr value = axes.get(v);
          return value == null ? v : Expr.cast(v.dtype(), value);
        }
        return node instanceof Expr.Load load && load.buffer() == buffer
            ? produced
            : super.expr(node);
      }
    }.stmt(consumer);
  }

  /** That a block's axes are in their domains. */
  private static Expr domain(Site.Block block) {
    List<Expr> parts = new ArrayList<>();
    for (IterVar axis : block.block().iterVars()) {
      parts.add(Expr.ge(axis.var(), axis.dom().min()));
      parts.add(Expr.lt(axis.var(), Expr.add(axis.dom().min(), axis.dom().extent())));
    }
    return Vars.conjunction(parts);
  }

  /** That the consumer's axes are in their domains, in terms of the producer's axes. */
  private static Expr inside(List<IterVar> iters, Map<Var, Expr> axes, Analyzer analyzer) {
    List<Expr> parts = new ArrayList<>();
    for (IterVar iter : iters) {
      Expr value = axes.get(iter.var());
      if (value == null) {
        continue;
      }
      Expr lower = Expr.ge(value, Expr.cast(value.dtype(), iter.dom().min()));
      Expr end = Expr.add(iter.dom().min(), iter.dom().extent());
      Expr upper = Expr.lt(value, Expr.cast(value.dtype(), end));
      for (Expr part : List.of(lower, upper)) {
        if (!analyzer.prove(part)) {
          parts.add(part);
        }
      }
    }
    return analyzer.simplify(Vars.conjunction(parts));
  }

  /** That the element which the producer writes is one that the consumer reads. */
  private static Expr atLoaded(
      List<Expr> loaded, List<Expr> stored, Map<Var, Expr> axes, Analyzer analyzer) {
    List<Expr> parts = new ArrayList<>();
    for (int i = 0; i < loaded.size(); i++) {
      Expr read = Substitute.in(loaded.get(i), axes);
      Expr same = Expr.eq(Expr.cast(stored.get(i).dtype(), read), stored.get(i));
      if (!analyzer.prove(same)) {
        parts.add(same);
      }
    }
    return analyzer.simplify(Vars.conjunction(parts));
  }

  private static void checkPredicate(
      Conditions conditions, Site.Block producer, Expr synthesized, Analyzer analyzer) {
    Expr own = producer.stmt().predicate();
    if (analyzer.prove(own)) {
      return;
    }
    try (Analyzer.Scope given = analyzer.constraint(synthesized)) {
      if (given != null && analyzer.prove(own)) {
        return;
      }
    }
    throw conditions
        .state()
        .refuse(
            NAME,
            "the predicate of " + producer + " does not follow from the domain of the consumer",
            producer);
  }
}
