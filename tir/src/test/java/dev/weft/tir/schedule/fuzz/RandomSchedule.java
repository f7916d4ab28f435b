package dev.weft.tir.schedule.fuzz;

import dev.weft.base.InputException;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.ForKind;
import dev.weft.tir.IRModule;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ReplayOptions;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.ScheduleException;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.StmtRef;
import dev.weft.tir.schedule.UnsupportedStepException;
import dev.weft.tir.schedule.Vars;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.TraceValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A random function, scheduled by random steps and then bound to the blocks and threads of a GPU in
 * a random way. For tests of whatever comes behind a schedule.
 *
 * @param module with one function, {@code main}, as it was before
 * @param schedule of it, not tainted
 */
public record RandomSchedule(IRModule module, Schedule schedule) {
  private static final int TRIED = 25;

  /**
   * They change results, make what only a device's own code generator understands, or make blocks
   * whose loops can't be bound.
   */
  private static final Set<String> LEFT_OUT =
      Set.of("UnsafeSetDType", "SetAxisSeparator", "LoopPartition");

  /**
   * The schedule of a seed.
   *
   * @param steps how many random steps are accepted at most, before the bindings
   */
  public static RandomSchedule of(long seed, int steps) {
    SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L);
    RandomSchedule drawn = of(random, steps);
    while (drawn.schedule.isTainted() || !drawn.keepsParameters()) {
      drawn = of(random, steps);
    }
    return drawn;
  }

  /** Whether the parameters are as before, none of them in another layout. */
  public boolean keepsParameters() {
    return module.get("main").paramBuffers().equals(schedule.module().get("main").paramBuffers());
  }

  private static RandomSchedule of(SplittableRandom random, int steps) {
    IRModule module = RandomPrograms.of(random);
    Schedule schedule = Schedule.of(module);
    Random choices = new Random(random.nextLong());
    RandomStep drawn = new RandomStep(schedule, "main", choices);
    int accepted = 0;
    for (int tried = 0; tried < TRIED && accepted < steps; tried++) {
      try {
        RandomStep.Step step = drawn.next();
        if (step == null || LEFT_OUT.contains(step.kind())) {
          continue;
        }
        schedule.step(step.kind(), step.inputs(), step.attrs(), ReplayOptions.DEFAULT);
        accepted++;
      } catch (ScheduleException | UnsupportedStepException e) {
        // Another one, then.
      }
    }
    shareStages(schedule);
    bindNests(schedule, choices);
    return new RandomSchedule(module, schedule);
  }

  /**
   * The same without one instruction, and without those that are refused then.
   *
   * @param index of the instruction in the trace
   */
  public RandomSchedule without(int index) {
    List<Instruction> steps = new ArrayList<>(schedule.trace().instructions());
    steps.remove(index);
    Schedule fewer = Schedule.of(module);
    Map<String, TraceValue> renamed = new HashMap<>();
    for (Instruction step : steps) {
      List<TraceValue> inputs =
          step.inputs().stream().map(input -> renamed(input, renamed)).toList();
      try {
        List<String> outputs = fewer.step(step.kind(), inputs, step.attrs(), ReplayOptions.DEFAULT);
        for (int i = 0; i < Math.min(outputs.size(), step.outputs().size()); i++) {
          renamed.put(step.outputs().get(i), new TraceValue.Ref(outputs.get(i)));
        }
      } catch (ScheduleException | InputException e) {
        // It can't do without the one left out.
      }
    }
    return new RandomSchedule(module, fewer);
  }

  private static TraceValue renamed(TraceValue value, Map<String, TraceValue> names) {
    return switch (value) {
      case TraceValue.Ref(String name) -> names.getOrDefault(name, new TraceValue.Ref("gone"));
      case TraceValue.Items(List<TraceValue> items) ->
          new TraceValue.Items(items.stream().map(item -> renamed(item, names)).toList());
      case TraceValue.Int _,
          TraceValue.Real _,
          TraceValue.Text _,
          TraceValue.None _,
          TraceValue.Entries _,
          TraceValue.Indices _ ->
          value;
    };
  }

  // Bindings.

  /** What one nest hands to another goes through global memory: they become different kernels. */
  private static void shareStages(Schedule schedule) {
    Site.Block root = schedule.state().roots().get("main");
    if (root == null) {
      return;
    }
    for (Buffer buffer : root.block().allocBuffers()) {
      if (buffer.scope().rank() == Scope.Rank.GLOBAL) {
        continue;
      }
      Set<Site> nests = new HashSet<>();
      BlockRef writer = null;
      int index = 0;
      for (Site.Block block : root.childBlocks()) {
        int at = indexOf(block.block().writes(), buffer);
        if (at >= 0) {
          writer = block.ref();
          index = at;
        }
        if (at >= 0 || indexOf(block.block().reads(), buffer) >= 0) {
          nests.add(block.loopsAround().isEmpty() ? block : block.loopsAround().getFirst());
        }
      }
      if (nests.size() > 1 && writer != null) {
        try {
          schedule.setScope(writer, index, "global");
        } catch (ScheduleException e) {
          // The lowering refuses it, then.
        }
      }
    }
  }

  private static int indexOf(List<BufferRegion> regions, Buffer buffer) {
    for (int i = 0; i < regions.size(); i++) {
      if (regions.get(i).buffer() == buffer) {
        return i;
      }
    }
    return -1;
  }

  private static void bindNests(Schedule schedule, Random random) {
    Site.Block root = schedule.state().roots().get("main");
    if (root == null) {
      return;
    }
    List<StmtRef> nests = root.children().stream().map(Site::ref).toList();
    for (StmtRef nest : nests) {
      if (nest instanceof LoopRef loop && random.nextInt(5) > 0) {
        try {
          bind(schedule, loop, random);
        } catch (ScheduleException e) {
          // What is not bound by hand is bound by the default rules.
        }
      }
    }
  }

  /** Fuses outer loops, splits them into blocks, virtual threads, threads and more. */
  private static void bind(Schedule schedule, LoopRef first, Random random) {
    List<LoopRef> chain = new ArrayList<>(List.of(first));
    for (LoopRef next = inner(schedule, first);
        next != null && chain.size() < 3;
        next = inner(schedule, next)) {
      chain.add(next);
    }
    if (schedule.state().loop(first).stmt().kind() != ForKind.SERIAL) {
      return;
    }
    LoopRef all = first;
    int fused = 1 + random.nextInt(chain.size());
    if (fused > 1) {
      all = schedule.fuse(chain.subList(0, fused).toArray(LoopRef[]::new));
    }
    if (schedule.state().loop(all).childBlocks().stream().anyMatch(b -> isRepeated(b, nest(b)))) {
      // Threads would write equal values to one place, which counts as a race when they are read.
      return;
    }
    int threads = 1 << random.nextInt(6);
    switch (random.nextInt(5)) {
      case 0 -> schedule.bind(all, random.nextBoolean() ? "blockIdx.x" : "threadIdx.x");
      case 1 -> {
        List<LoopRef> parts = schedule.split(all, null, 1 + random.nextInt(4), threads);
        schedule.bind(parts.get(0), "blockIdx.x");
        schedule.bind(parts.get(1), "vthread.x");
        schedule.bind(parts.get(2), "threadIdx.x");
      }
      case 2 -> {
        List<LoopRef> parts = schedule.split(all, null, threads, 1 << random.nextInt(3));
        schedule.bind(parts.get(0), "blockIdx.x");
        schedule.bind(parts.get(1), "threadIdx.x");
        if (random.nextBoolean()) {
          schedule.vectorize(parts.get(2));
        } else {
          schedule.unroll(parts.get(2));
        }
      }
      case 3 -> {
        List<LoopRef> parts = schedule.split(all, null, 1 + random.nextInt(5), threads);
        schedule.bind(parts.get(0), "blockIdx.y");
        schedule.bind(parts.get(1), "threadIdx.y");
        schedule.bind(parts.get(2), "threadIdx.x");
      }
      default -> {
        List<LoopRef> parts = schedule.split(all, null, threads);
        schedule.bind(parts.get(0), "blockIdx.x");
        schedule.bind(parts.get(1), "threadIdx.x");
      }
    }
  }

  private static Site.Loop nest(Site.Block block) {
    return block.loopsAround().getFirst();
  }

  private static boolean isRepeated(Site.Block block, Site.Loop loop) {
    return block.stmt().iterValues().stream()
        .noneMatch(value -> Vars.uses(value, loop.stmt().var()));
  }

  private static @Nullable LoopRef inner(Schedule schedule, LoopRef loop) {
    Site.Loop site = schedule.state().loop(loop);
    boolean only = site.children().size() == 1 && site.stmt().body() instanceof Stmt.For;
    return only && site.children().getFirst() instanceof Site.Loop inner ? inner.ref() : null;
  }
}
