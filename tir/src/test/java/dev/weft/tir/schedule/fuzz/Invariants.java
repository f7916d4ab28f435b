package dev.weft.tir.schedule.fuzz;

import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.analysis.WellFormed;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.Mismatch;
import dev.weft.tir.structural.StructuralEqual;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What holds after every accepted step, besides that the function computes the same. */
final class Invariants {
  /**
   * Whether to compare what a state remembers about its blocks with what looking afresh says, too.
   * That isn't always the same: some blocks are known to be affine or covered from before a step,
   * and can't be shown to be so from what they look like after it.
   */
  private static final boolean FLAGS = Boolean.getBoolean("weft.fuzz.flags");

  private Invariants() {}

  /** One of them is broken. */
  static final class BrokenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenException(String message) {
      super(message);
    }
  }

  static void check(Schedule schedule) {
    IRModule module = schedule.module();
    for (PrimFunc function : module.functions().values()) {
      WellFormed.check(function);
    }
    if (FLAGS) {
      flags(schedule.state(), module);
    }
  }

  /** Reading what is printed gives the same. */
  static void roundTrip(IRModule module) {
    String text = TvmScript.print(module);
    Optional<Mismatch> mismatch = StructuralEqual.check(TvmScript.parseModule(text), module);
    if (mismatch.isPresent()) {
      throw new BrokenException("print and parse differ: " + mismatch.get());
    }
  }

  /** What the state remembers about its blocks is what looking afresh says. */
  private static void flags(ScheduleState state, IRModule module) {
    ScheduleState fresh = ScheduleState.of(module);
    for (String name : state.roots().keySet()) {
      List<Site.Block> known = new ArrayList<>();
      List<Site.Block> afresh = new ArrayList<>();
      collect(Objects.requireNonNull(state.roots().get(name)), known);
      collect(Objects.requireNonNull(fresh.roots().get(name), name), afresh);
      for (int i = 0; i < known.size(); i++) {
        flags(known.get(i), afresh.get(i), state, fresh);
      }
    }
  }

  private static void flags(
      Site.Block known, Site.Block afresh, ScheduleState state, ScheduleState fresh) {
    if (state.isAffine(known) != fresh.isAffine(afresh)) {
      throw new BrokenException(
          known
              + " counts as "
              + (state.isAffine(known) ? "" : "not ")
              + "affine, afresh it differs");
    }
    if (state.isCovered(known) != fresh.isCovered(afresh)) {
      throw new BrokenException(
          known
              + " counts as "
              + (state.isCovered(known) ? "" : "not ")
              + "covered, afresh it differs");
    }
  }

  private static void collect(Site site, List<Site.Block> into) {
    if (site instanceof Site.Block block) {
      into.add(block);
    }
    site.children().forEach(child -> collect(child, into));
  }
}
