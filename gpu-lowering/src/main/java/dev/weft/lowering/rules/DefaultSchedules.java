package dev.weft.lowering.rules;

import dev.weft.lowering.rules.analysis.BlockInfo;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Schedules whatever nobody scheduled, so that every function runs.
 *
 * <p>First, cheap element-wise producers are inlined ({@link Inlining}). Then, for the first block
 * that is not bound to threads, the first rule that applies schedules it, together with the blocks
 * that it takes into its kernel; and so on until all are bound. Each nest below the function's root
 * becomes a kernel; what one hands to the next goes through global workspaces. A nest that no rule
 * can bind becomes a kernel of one thread.
 */
public final class DefaultSchedules {
  /** The rules, in the order in which they are tried. */
  public static final List<ScheduleRule> RULES =
      List.of(
          new PackedContraction(),
          new StagedRowsGpu(),
          new StagedRows(),
          new ContractionCpu(),
          new TensorCoreGpu(),
          new MatmulGpu(),
          new StencilGpu(),
          new ReductionGpu(),
          new Reduction(),
          new TransposeGpu(),
          new TransposeCpu(),
          new ElementWise(),
          new Fallback());

  /**
   * What was decided.
   *
   * @param function the scheduled function
   * @param steps a line for each kernel: the rule, the block it was for, and which rules were
   *     refused
   */
  public record Decision(PrimFunc function, List<Step> steps) {
    /** Copies the list. */
    public Decision {
      steps = List.copyOf(steps);
    }
  }

  /**
   * How one block was scheduled.
   *
   * @param block the block's name
   * @param rule the rule's name
   * @param refused rules that took the block for theirs, and why a primitive refused them
   */
  public record Step(String block, String rule, List<String> refused) {
    /** Copies the list. */
    public Step {
      refused = List.copyOf(refused);
    }
  }

  private DefaultSchedules() {}

  /**
   * The function with every nest bound to threads. Nests that are bound already stay as they are,
   * as do functions that are lowered already.
   */
  public static PrimFunc apply(PrimFunc function, Target target) {
    return decide(function, target).function();
  }

  /** As {@link #apply}, with what was decided. */
  public static Decision decide(PrimFunc function, Target target) {
    if (!(function.body() instanceof Stmt.BlockRealize)) {
      return new Decision(function, List.of());
    }
    Schedule schedule = Schedule.of(function);
    if (!pending(schedule, Set.of()).isEmpty()) {
      Inlining.apply(schedule);
      if (target.isCpu()) {
        schedule = Schedule.of(PackedContractions.apply(schedule.function(), target));
      }
    }
    List<Step> steps = new ArrayList<>();
    Set<BlockRef> refused = new HashSet<>();
    for (List<BlockRef> pending = pending(schedule, refused);
        !pending.isEmpty();
        pending = pending(schedule, refused)) {
      schedule = step(schedule, pending, target, steps, refused);
    }
    PrimFunc scheduled = schedule.function();
    return new Decision(refused.isEmpty() ? scheduled : OneThread.apply(scheduled), steps);
  }

  private static Schedule step(
      Schedule schedule,
      List<BlockRef> pending,
      Target target,
      List<Step> steps,
      Set<BlockRef> refused) {
    List<String> reasons = new ArrayList<>();
    String block = pending.getFirst().name();
    for (ScheduleRule rule : RULES) {
      Schedule attempt = schedule.copy();
      try {
        if (rule.apply(attempt, pending, target)) {
          steps.add(new Step(block, rule.name(), reasons));
          return attempt;
        }
      } catch (ScheduleException e) {
        reasons.add(rule.name() + ": " + e.getMessage());
      }
    }
    steps.add(new Step(block, "one thread", reasons));
    refused.add(pending.getFirst());
    return schedule;
  }

  /** The blocks directly below the root around which no thread is bound, without some. */
  private static List<BlockRef> pending(Schedule schedule, Set<BlockRef> without) {
    List<BlockRef> blocks = new ArrayList<>();
    for (BlockRef block : blocks(schedule)) {
      if (!without.contains(block) && !BlockInfo.of(schedule, block).isBound()) {
        blocks.add(block);
      }
    }
    return blocks;
  }

  /** The blocks directly below the root. */
  static List<BlockRef> blocks(Schedule schedule) {
    Site.Block root =
        Objects.requireNonNull(schedule.state().roots().get("main"), "the function's root");
    return schedule.getChildBlocks(schedule.getBlock(root.name()));
  }
}
