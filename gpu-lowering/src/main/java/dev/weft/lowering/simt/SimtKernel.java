package dev.weft.lowering.simt;

import dev.weft.runtime.LaunchConfig;
import dev.weft.runtime.host.HostArgument;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.interp.ScalarScope;
import dev.weft.tir.script.PrintedFunction;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A kernel in device form, compiled for the SIMT interpreter. */
public final class SimtKernel {
  private final String name;
  private final PrintedFunction printed;
  private final Machine machine;
  private final Memories memories;
  private final CallCompiler calls;
  private final List<Parameter> parameters = new ArrayList<>();
  private final Map<ThreadTag, LongSupplier> grid = new EnumMap<>(ThreadTag.class);
  private final Map<ThreadTag, ScalarScope.Cell> blockIndices = new EnumMap<>(ThreadTag.class);
  private final long[] blockExtent;
  private final Runnable body;

  /** Gives a parameter its argument. */
  private interface Parameter {
    void bind(HostArgument argument);
  }

  private SimtKernel(PrimFunc kernel, int warpSize, boolean unalignedVectors) {
    this.name = kernel.globalSymbol("main");
    this.printed = TvmScript.printWithLines(kernel);
    this.blockExtent = blockExtent(kernel.body());
    this.machine = new Machine(blockExtent, warpSize, unalignedVectors);
    Values values = new Values(machine);
    this.memories = new Memories(machine, kernel.body());
    Site start = machine.site(1, printed.line(1));
    ExprCompiler exprs = new ExprCompiler(machine, values, memories, start);
    this.calls = exprs.calls();
    for (Var param : kernel.params()) {
      parameters.add(parameter(param, kernel.bufferMap().get(param), values));
    }
    Stmt inner = kernel.body();
    while (isThread(inner)
        && inner instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt next)) {
      threadIndex(axis, extent, values, exprs);
      inner = next;
    }
    this.body = new StmtCompiler(machine, values, memories, exprs, printed).compile(inner);
  }

  /**
   * Compiles a kernel.
   *
   * @param kernel device form, see {@code docs/ARCHITECTURE.md}
   * @param warpSize threads that run in lock step, at most 64
   * @throws SimtException if it holds what the interpreter has no meaning for
   */
  public static SimtKernel compile(PrimFunc kernel, int warpSize) {
    return compile(kernel, warpSize, false);
  }

  /**
   * As {@link #compile(PrimFunc, int)}.
   *
   * @param unalignedVectors whether vector accesses may begin at any element, as in OpenCL
   */
  public static SimtKernel compile(PrimFunc kernel, int warpSize, boolean unalignedVectors) {
    if (warpSize < 1 || warpSize > 64) {
      throw new IllegalArgumentException("warpSize must be within 1 and 64, got " + warpSize);
    }
    return new SimtKernel(kernel, warpSize, unalignedVectors);
  }

  private static boolean isThread(Stmt stmt) {
    return stmt instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt next)
        && key.equals("thread_extent")
        && axis.thread() != null;
  }

  private static long[] blockExtent(Stmt stmt) {
    long[] extents = {1, 1, 1};
    Stmt inner = stmt;
    while (isThread(inner)
        && inner instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt next)) {
      ThreadTag tag = axis.thread();
      if (tag != null && tag.level == ThreadTag.Level.BLOCK) {
        if (!(extent instanceof Expr.IntImm size)) {
          throw Machine.refuse("a block whose number of threads along " + tag + " is not constant");
        }
        extents[tag.axis] = size.value();
      }
      inner = next;
    }
    return extents;
  }

  private void threadIndex(IterVar axis, Expr extent, Values values, ExprCompiler exprs) {
    ThreadTag tag = axis.thread();
    if (tag == null) {
      return;
    }
    switch (tag.level) {
      case GRID -> {
        grid.put(tag, exprs.uniformLong(extent));
        blockIndices.put(tag, values.defineUniform(axis.var()));
      }
      case BLOCK -> {
        long[] indices = values.defineInts(axis.var());
        for (int t = 0; t < indices.length; t++) {
          indices[t] = machine.threadIndex(t, tag.axis);
        }
      }
      case CLUSTER, VIRTUAL -> throw Machine.refuse("the thread index " + tag);
    }
  }

  private Parameter parameter(Var param, @Nullable Buffer buffer, Values values) {
    if (buffer != null) {
      Memories.Slot slot = memories.argument(buffer.data());
      return argument -> {
        if (!(argument instanceof HostArgument.Memory memory)) {
          throw new IllegalArgumentException("'" + buffer.name() + "' is a buffer");
        }
        memories.bind(slot, buffer.dtype(), memory.segment(), memory.written());
      };
    }
    ScalarScope.Cell cell = values.defineUniform(param);
    boolean isFloat = param.dtype().isFloat();
    return argument -> {
      if (!(argument instanceof HostArgument.Scalar scalar)) {
        throw new IllegalArgumentException("'" + param.name() + "' is a number");
      }
      if (isFloat) {
        cell.set(scalar.value().doubleValue());
      } else {
        cell.set(scalar.value().longValue());
      }
    };
  }

  /** The kernel as text; findings name its lines. */
  public String text() {
    return printed.text();
  }

  /**
   * Runs a whole grid, one block after the other. Wrong accesses are noted and not carried out; the
   * run goes on.
   *
   * @param config must be what the kernel's thread extents say
   * @param arguments one a parameter, in order
   */
  public synchronized SimtReport run(LaunchConfig config, List<HostArgument> arguments) {
    if (arguments.size() != parameters.size()) {
      throw new IllegalArgumentException(
          arguments.size() + " arguments for " + parameters.size() + " parameters");
    }
    machine.startLaunch();
    for (int i = 0; i < arguments.size(); i++) {
      parameters.get(i).bind(arguments.get(i));
    }
    checkGeometry(config);
    int number = 0;
    for (long z = 0; z < config.grid().z(); z++) {
      for (long y = 0; y < config.grid().y(); y++) {
        for (long x = 0; x < config.grid().x(); x++) {
          block(number++, x, y, z);
        }
      }
    }
    return new SimtReport(name, machine.findings.list(), machine.counters.counts());
  }

  private void block(int number, long x, long y, long z) {
    machine.startBlock(number, x, y, z);
    long[] index = {x, y, z};
    blockIndices.forEach((tag, cell) -> cell.set(index[tag.axis]));
    body.run();
    memories.endBlock();
    calls.endBlock();
  }

  private void checkGeometry(LaunchConfig config) {
    long[] blocks = {1, 1, 1};
    grid.forEach((tag, extent) -> blocks[tag.axis] = extent.getAsLong());
    boolean same =
        blocks[0] == config.grid().x()
            && blocks[1] == config.grid().y()
            && blocks[2] == config.grid().z()
            && blockExtent[0] == config.block().x()
            && blockExtent[1] == config.block().y()
            && blockExtent[2] == config.block().z();
    if (!same) {
      throw new SimtException(
          "it is launched as "
              + config
              + ", its thread extents say grid "
              + java.util.Arrays.toString(blocks)
              + " block "
              + java.util.Arrays.toString(blockExtent),
          "kernel '" + name + "'",
          "launch it with the geometry of its plan");
    }
  }
}
