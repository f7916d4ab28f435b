package dev.weft.tir.arith;

import dev.weft.tir.Expr;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks that digits are independent of each other and, if asked, leave nothing out. */
final class IterMapCheck {
  private final Analyzer analyzer;
  private final boolean bijective;
  private final Map<IterMark, List<IterSplit>> pending = new LinkedHashMap<>();
  private final Set<IterMark> seen = new HashSet<>();

  IterMapCheck(Analyzer analyzer, boolean bijective) {
    this.analyzer = analyzer;
    this.bijective = bijective;
  }

  Set<IterMark> seen() {
    return seen;
  }

  /** Why the digits are not independent; null if they are. */
  @Nullable String check(List<IterSplit> splits) {
    splits.forEach(this::add);
    while (!pending.isEmpty()) {
      IterMark mark =
          pending.keySet().stream().max(Comparator.comparingInt(IterMark::depth)).orElseThrow();
      List<IterSplit> digits = pending.remove(mark);
      seen.add(mark);
      String error = check(mark, digits == null ? List.of() : digits);
      if (error != null) {
        return error;
      }
      if (mark.source() instanceof IterSum sum) {
        sum.args().forEach(this::add);
      }
    }
    return null;
  }

  private void add(IterSplit split) {
    pending.computeIfAbsent(split.source(), k -> new ArrayList<>()).add(split);
  }

  private @Nullable String check(IterMark mark, List<IterSplit> digits) {
    List<IterSplit> rest = new ArrayList<>(digits);
    Expr expected = Expr.imm(mark.extent().dtype(), 1);
    while (!rest.isEmpty()) {
      IterSplit next = next(rest, expected);
      if (next == null) {
        return "an iterator is used twice, or a part of it is missing";
      }
      rest.remove(next);
      expected = analyzer.simplify(Expr.mul(next.lower(), next.extent()));
    }
    if (bijective) {
      return analyzer.proveEqual(expected, mark.extent())
          ? null
          : "the parts of an iterator do not make up the whole of it";
    }
    return analyzer.proveDivisible(mark.extent(), expected)
        ? null
        : "an iterator is split by a number that does not divide its extent";
  }

  private @Nullable IterSplit next(List<IterSplit> rest, Expr expected) {
    for (IterSplit split : rest) {
      if (analyzer.proveEqual(split.lower(), expected)) {
        return split;
      }
    }
    if (bijective) {
      return null;
    }
    IterSplit least = null;
    for (IterSplit split : rest) {
      boolean fits = analyzer.proveDivisible(split.lower(), expected);
      if (fits && (least == null || analyzer.proveLess(split.lower(), least.lower()))) {
        least = split;
      }
    }
    return least;
  }
}
