package dev.weft.lowering;

import dev.weft.base.WeftException;
import dev.weft.lowering.pass.AlignVectors;
import dev.weft.lowering.pass.BindParallelLoops;
import dev.weft.lowering.pass.CompactBuffers;
import dev.weft.lowering.pass.CrossThreadReductions;
import dev.weft.lowering.pass.FenceAsyncProxy;
import dev.weft.lowering.pass.FlattenBuffers;
import dev.weft.lowering.pass.HoistGuards;
import dev.weft.lowering.pass.HoistIndexArithmetic;
import dev.weft.lowering.pass.InjectAsyncCopies;
import dev.weft.lowering.pass.InjectSoftwarePipeline;
import dev.weft.lowering.pass.InjectVirtualThreads;
import dev.weft.lowering.pass.InsertBarriers;
import dev.weft.lowering.pass.LegalizeDtypes;
import dev.weft.lowering.pass.LowerInitBlocks;
import dev.weft.lowering.pass.LowerMatchBuffers;
import dev.weft.lowering.pass.LowerOpaqueBlocks;
import dev.weft.lowering.pass.LowerWarpMemory;
import dev.weft.lowering.pass.NarrowIndices;
import dev.weft.lowering.pass.PartitionLoops;
import dev.weft.lowering.pass.PlaceAllocations;
import dev.weft.lowering.pass.PromoteToRegisters;
import dev.weft.lowering.pass.RemoveNoOps;
import dev.weft.lowering.pass.ReuseSharedMemory;
import dev.weft.lowering.pass.SeparateThreadBuffers;
import dev.weft.lowering.pass.Simplify;
import dev.weft.lowering.pass.SubstituteBlockAxes;
import dev.weft.lowering.pass.SwizzleSharedMemory;
import dev.weft.lowering.pass.UnifyThreadBindings;
import dev.weft.lowering.pass.UnrollLoops;
import dev.weft.lowering.pass.VectorizeLoops;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** From a scheduled function to the kernels that compute it: one list of passes, in order. */
public final class Lowering {
  /** The passes, in the order in which they run. */
  public static final List<Pass> PASSES =
      List.of(
          new BindParallelLoops(),
          // Before the threads of a block work together on buffers of the lowering's own.
          new SeparateThreadBuffers(),
          // Blocks still have axes: what needs to know spatial from reduction axes.
          new CrossThreadReductions(),
          new LowerInitBlocks(),
          new PlaceAllocations(),
          // Blocks become opaque: plain loops, indices over loop variables.
          new SubstituteBlockAxes(),
          new UnifyThreadBindings(),
          new CompactBuffers(),
          new LowerMatchBuffers(),
          new InjectSoftwarePipeline(),
          new InjectVirtualThreads(),
          new LowerOpaqueBlocks(),
          // Plain loops over flat memory.
          new FlattenBuffers(),
          new LegalizeDtypes(),
          new NarrowIndices(),
          new Simplify("simplify_flat"),
          // Bound checks leave the interior before loops become vectors: a guard splits a vector.
          new HoistGuards(),
          new PartitionLoops(),
          new VectorizeLoops(),
          new UnrollLoops(),
          new Simplify("simplify_unrolled"),
          new LowerWarpMemory(),
          new PromoteToRegisters(),
          new AlignVectors(),
          new InjectAsyncCopies(),
          // What the threads of a block share.
          new ReuseSharedMemory(),
          new InsertBarriers(),
          new FenceAsyncProxy(),
          new SwizzleSharedMemory(),
          // What makes kernels read well.
          new RemoveNoOps(),
          new HoistIndexArithmetic());

  private Lowering() {}

  /** Lowers without looking on. */
  public static KernelPlan lower(PrimFunc function, Target target) {
    return lower(function, target, PassTrace.NONE);
  }

  /**
   * Runs all passes, with the verifier after each, and splits the result into launches.
   *
   * @param function a scheduled function; everything that it computes is bound to threads
   * @param trace gets the function before the first and after each pass
   * @throws LoweringException if the function can't be lowered as it is scheduled, or something
   *     that it computes is not bound to threads
   */
  public static KernelPlan lower(PrimFunc function, Target target, PassTrace trace) {
    return new KernelSplitter(function, run(function, target, trace), target).split();
  }

  /**
   * Goes on from a function that some passes have been through: a dump that was printed and read
   * again, perhaps changed by hand in between.
   *
   * @param scheduled the function before the first pass
   * @param dump the function after pass number {@code done}, with the same parameters in order
   * @param done how many of {@link #PASSES} it has been through
   * @throws LoweringException if the dump is not as those passes leave a function, and as {@link
   *     #lower(PrimFunc, Target)}
   */
  public static KernelPlan resume(PrimFunc scheduled, PrimFunc dump, int done, Target target) {
    PrimFunc lowered = run(dump, done, target, PassTrace.NONE);
    return new KernelSplitter(scheduled, lowered, target).split();
  }

  /** The function after the last pass, before it is split into launches. */
  public static PrimFunc run(PrimFunc function, Target target, PassTrace trace) {
    trace.after(0, "scheduled", function, Duration.ZERO);
    return run(function, 0, target, trace);
  }

  private static PrimFunc run(PrimFunc function, int done, Target target, PassTrace trace) {
    EnumSet<Invariant> invariants = EnumSet.noneOf(Invariant.class);
    PASSES.subList(0, done).forEach(pass -> invariants.addAll(pass.establishes()));
    Set<Var> sizes = Verifier.sizes(function);
    Verifier.check(function, sizes, invariants, done == 0 ? "the schedule" : "the dump");
    PrimFunc current = function;
    int number = done;
    for (Pass pass : PASSES.subList(done, PASSES.size())) {
      long start = System.nanoTime();
      try {
        current = pass.apply(current, target);
      } catch (WeftException e) {
        throw e;
      } catch (RuntimeException e) {
        throw new LoweringException(
            "pass " + pass.name() + " failed: " + e,
            function.globalSymbol("main"),
            "please report this with the function",
            e);
      }
      trace.after(++number, pass.name(), current, Duration.ofNanos(System.nanoTime() - start));
      invariants.addAll(pass.establishes());
      Verifier.check(current, sizes, invariants, "pass " + pass.name());
    }
    return current;
  }
}
