package dev.weft.tir.schedule;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether what a block reads has been written before. */
public final class Coverage {
  private Coverage() {}

  /** Whether the producers of a block cover all that it reads of what they write. */
  static boolean isCovered(Site.Block consumer, BlockScope scope, Analyzer analyzer) {
    for (BufferRegion read : consumer.block().reads()) {
      if (!isCovered(consumer, read, scope, analyzer)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isCovered(
      Site.Block consumer, BufferRegion read, BlockScope scope, Analyzer analyzer) {
    List<Site.Block> producers =
        scope.dependencies().stream()
            .filter(d -> d.dst() == consumer && d.kind() == BlockScope.Kind.RAW)
            .map(BlockScope.Dependency::src)
            .filter(src -> writes(src, read.buffer()))
            .distinct()
            .toList();
    if (producers.isEmpty()) {
      return true;
    }
    // What is fixed at a place still has its range: the value of a loop of extent 1 is known.
    for (Site.Loop loop : consumer.loopsAround()) {
      analyzer.bind(loop.stmt().var(), new Range(loop.stmt().min(), loop.stmt().extent()));
    }
    Site inner = consumer;
    for (Site around = consumer.parent(); around != null; around = around.parent()) {
      // Producers that share a loop further in write only a part before each read.
      Site place = around;
      Site own = inner;
      List<Site.Block> beside =
          producers.stream().filter(p -> place.contains(p) && !own.contains(p)).toList();
      if (!beside.isEmpty() && coversAt(place, beside, consumer, read, analyzer)) {
        return true;
      }
      if (around instanceof Site.Block) {
        break;
      }
      inner = around;
    }
    return false;
  }

  private static boolean writes(Site.Block block, Buffer buffer) {
    return block.block().writes().stream().anyMatch(write -> write.buffer() == buffer);
  }

  private static boolean coversAt(
      Site place,
      List<Site.Block> producers,
      Site.Block consumer,
      BufferRegion read,
      Analyzer analyzer) {
    List<List<Interval>> produced = new ArrayList<>();
    for (Site.Block producer : producers) {
      if (isConditional(producer, place)) {
        return false;
      }
      for (BufferRegion write : producer.block().writes()) {
        if (write.buffer() == read.buffer()) {
          if (!runsWith(place, producer, write, consumer, analyzer)) {
            return false;
          }
          List<Interval> box =
              Regions.lowerBound(
                  Regions.bound(producer, write),
                  Regions.domain(producer.parent(), place, Scope.GLOBAL),
                  producer.stmt().predicate(),
                  analyzer);
          if (box == null) {
            return producers.size() == 1
                && coversClipped(place, producer, write, consumer, read, analyzer);
          }
          if (hasGaps(producer, write, box, place, analyzer)) {
            return false;
          }
          produced.add(box);
        }
      }
    }
    List<Interval> consumed =
        Regions.upperBound(
            Regions.bound(consumer, read),
            Regions.domain(consumer.parent(), place, Scope.GLOBAL),
            consumer.stmt().predicate(),
            analyzer);
    return covers(Regions.union(produced, analyzer), consumed, read.buffer(), analyzer);
  }

  private static boolean hasGaps(
      Site.Block producer, BufferRegion write, List<Interval> box, Site place, Analyzer analyzer) {
    return !write.region().stream().allMatch(Range::isPoint)
        && Gaps.between(
            producer, write.buffer(), Regions.ranges(box, write.buffer(), analyzer), place);
  }

  /** Where predicates cut off parts at the edge, which producer and consumer have in common. */
  private static boolean coversClipped(
      Site place,
      Site.Block producer,
      BufferRegion write,
      Site.Block consumer,
      BufferRegion read,
      Analyzer analyzer) {
    List<Interval> produced =
        Regions.clipped(
            Regions.bound(producer, write),
            Regions.domain(producer.parent(), place, Scope.GLOBAL),
            producer.stmt().predicate(),
            analyzer);
    List<Interval> consumed =
        Regions.clipped(
            Regions.bound(consumer, read),
            Regions.domain(consumer.parent(), place, Scope.GLOBAL),
            consumer.stmt().predicate(),
            analyzer);
    return produced != null
        && consumed != null
        && covers(produced, consumed, read.buffer(), analyzer);
  }

  private static boolean covers(
      List<Interval> produced, List<Interval> consumed, Buffer buffer, Analyzer analyzer) {
    for (int i = 0; i < consumed.size(); i++) {
      if (!covers(produced.get(i), consumed.get(i), buffer.shape().get(i), analyzer)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whether other statements than loops decide between a place and a block if it is carried out.
   */
  private static boolean isConditional(Site.Block block, Site place) {
    Stmt inner = block.stmt();
    for (Site around = block.parent(); around != null; around = around.parent()) {
      Stmt within = inner;
      boolean direct =
          around.body() == within
              || (around.body() instanceof Stmt.Seq(List<Stmt> stmts)
                  && stmts.stream().anyMatch(stmt -> stmt == within));
      if (!direct) {
        return true;
      }
      if (around == place) {
        return false;
      }
      inner = around.stmt();
    }
    return false;
  }

  /** Whether what a producer's predicate says of the loops around {@code place} holds here, too. */
  private static boolean runsWith(
      Site place, Site.Block producer, BufferRegion write, Site.Block consumer, Analyzer analyzer) {
    Map<Var, Range> relaxed = Regions.domain(producer.parent(), place, Scope.GLOBAL);
    Set<Var> running = new HashSet<>();
    Regions.bound(producer, write).region().forEach(range -> running.addAll(Vars.in(range.min())));
    // A loop that only carries out again what was there: its first iteration will do.
    Map<Var, Expr> first = new HashMap<>();
    relaxed.forEach(
        (var, range) -> {
          if (!running.contains(var)) {
            first.put(var, range.min());
          }
        });
    running.retainAll(relaxed.keySet());
    for (Expr condition : Vars.conjuncts(producer.stmt().predicate())) {
      Expr part = Substitute.in(condition, first);
      if (Vars.usesAny(part, running) || analyzer.prove(part)) {
        continue;
      }
      Expr known = Expr.and(consumer.stmt().predicate(), sizesArePositive(part, producer));
      try (Analyzer.Scope given = analyzer.constraint(known)) {
        if (given == null || !analyzer.prove(part)) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * That the sizes in a condition, which no loop or axis defines, are 1 or more: where one is 0, a
   * reduction of that many steps writes nothing, wherever it stands.
   */
  private static Expr sizesArePositive(Expr condition, Site.Block producer) {
    Set<Var> sizes = new LinkedHashSet<>(Vars.in(condition));
    for (Site site = producer; site != null; site = site.parent()) {
      switch (site) {
        case Site.Loop loop -> sizes.remove(loop.stmt().var());
        case Site.Block block -> block.block().iterVars().forEach(axis -> sizes.remove(axis.var()));
      }
    }
    return Vars.conjunction(
        sizes.stream()
            .filter(size -> size.dtype().isInt())
            .map(size -> Expr.ge(size, Expr.imm(size.dtype(), 1)))
            .toList());
  }

  /** Whether an interval holds another one, as far as that is within {@code [0, dim)}. */
  private static boolean covers(Interval produced, Interval consumed, Expr dim, Analyzer analyzer) {
    Expr low = produced.min();
    Expr high = produced.max();
    return (low == null || startsBefore(low, consumed.min(), analyzer))
        && (high == null || endsAfter(high, consumed.max(), dim, analyzer));
  }

  private static boolean startsBefore(Expr low, @Nullable Expr min, Analyzer analyzer) {
    return analyzer.prove(Expr.le(low, Expr.imm(low.dtype(), 0)))
        || (min != null && analyzer.prove(Expr.le(low, min)));
  }

  private static boolean endsAfter(Expr high, @Nullable Expr max, Expr dim, Analyzer analyzer) {
    return analyzer.prove(Expr.ge(high, Expr.sub(dim, 1)))
        || (max != null && analyzer.prove(Expr.ge(high, max)));
  }
}
