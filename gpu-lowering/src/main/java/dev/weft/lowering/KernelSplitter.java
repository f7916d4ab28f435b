package dev.weft.lowering;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.lowering.pass.UnifyThreadBindings;
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.target.Limits;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Cuts a lowered function into the launches of its kernels. */
final class KernelSplitter {
  private final PrimFunc scheduled;
  private final PrimFunc function;
  private final Target target;
  private final String name;
  private final List<Stmt> kernels = new ArrayList<>();
  private final Map<Var, Workspace> workspaces = new LinkedHashMap<>();
  private final Map<Var, Buffer> workspaceBuffers = new HashMap<>();

  KernelSplitter(PrimFunc scheduled, PrimFunc lowered, Target target) {
    this.scheduled = scheduled;
    this.function = lowered;
    this.target = target;
    this.name = scheduled.globalSymbol("main");
  }

  KernelPlan split() {
    host(function.body());
    List<Launch> launches = new ArrayList<>();
    for (Stmt body : kernels) {
      String kernel = kernels.size() == 1 ? name : name + "_" + launches.size();
      launches.add(launch(body, kernel));
    }
    return new KernelPlan(name, scheduled, launches, List.copyOf(workspaces.values()));
  }

  /** What stands around the kernels: allocations of device memory, and sequences. */
  private void host(Stmt stmt) {
    switch (stmt) {
      case Stmt.Seq(List<Stmt> stmts) -> stmts.forEach(this::host);
      case Stmt.Allocate a -> {
        Var.PointerType type = a.data().pointerType();
        if (type == null || type.scope().rank() != Scope.Rank.GLOBAL) {
          throw new LoweringException(
              "buffer '"
                  + a.data().name()
                  + "' in scope "
                  + (type == null ? "?" : type.scope())
                  + " is used by more than one kernel",
              name,
              "use it within one thread-bound loop nest, or put it in global memory");
        }
        IntExpr elements = Sizes.of(a.extents().get(0), name);
        workspaces.put(a.data(), new Workspace(workspaceName(a.data()), a.dtype(), elements));
        host(a.body());
      }
      case Stmt.DeclBuffer d -> {
        workspaceBuffers.put(d.buffer().data(), d.buffer());
        host(d.body());
      }
      case Stmt.Attr(IterVar axis, String key, var value, var body)
          when key.equals(UnifyThreadBindings.THREAD_EXTENT) ->
          kernels.add(stmt);
      case Stmt.Attr a -> host(a.body());
      case Stmt.Assert a -> host(a.body());
      case Stmt.Evaluate e when e.value() instanceof Expr.IntImm -> {}
      case Stmt.Evaluate e -> throw unbound("a call");
      case Stmt.Store s -> throw unbound("a store to '" + s.buffer().name() + "'");
      case Stmt.For f -> throw unbound("loop '" + f.var().name() + "'");
      case Stmt.If f -> throw unbound("a condition");
      case Stmt.While f -> throw unbound("a while loop");
      case Stmt.Let f -> throw unbound("the variable '" + f.var().name() + "'");
      case Stmt.AllocateConst f -> throw unbound("constant '" + f.data().name() + "'");
      case Stmt.Break f -> throw unbound("a break");
      case Stmt.Continue f -> throw unbound("a continue");
      case Stmt.ThreadGroup f -> throw unbound("a thread group");
      case Stmt.Block f -> throw unbound("block '" + f.name() + "'");
      case Stmt.BlockRealize f -> throw unbound("block '" + f.block().name() + "'");
    }
  }

  private LoweringException unbound(String what) {
    return new LoweringException(
        what + " is not bound to threads, so no kernel computes it",
        name,
        "schedule the function: bind a loop around it to blockIdx or threadIdx, or apply the"
            + " default schedules");
  }

  private String workspaceName(Var data) {
    Set<String> taken = new HashSet<>();
    workspaces.values().forEach(w -> taken.add(w.name()));
    String candidate = data.name();
    for (int i = 1; taken.contains(candidate); i++) {
      candidate = data.name() + "_" + i;
    }
    return candidate;
  }

  private Launch launch(Stmt body, String kernel) {
    IntExpr one = IntExpr.of(1);
    IntExpr[] grid = {one, one, one};
    IntExpr[] block = {one, one, one};
    Stmt inner = body;
    while (inner instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt next)
        && key.equals(UnifyThreadBindings.THREAD_EXTENT)) {
      ThreadTag tag = axis.thread();
      if (tag != null) {
        switch (tag.level) {
          case GRID -> grid[tag.axis] = Sizes.of(extent, name);
          case BLOCK -> block[tag.axis] = Sizes.of(extent, name);
          // Part of the grid: the kernel says how many blocks of it make a cluster.
          case CLUSTER -> {}
          case VIRTUAL ->
              throw new LoweringException(
                  "the thread index " + tag + " has no launch extent on this target",
                  name,
                  "bind to blockIdx or threadIdx");
        }
      }
      inner = next;
    }
    checkLimits(block, inner);
    // CUDA kernels declare up to 48 KiB; with more, all of it is asked for at the launch.
    long dynamic = target.kind() == Target.Kind.CUDA ? SharedLayout.of(inner).dynamicBytes() : 0;
    LaunchGeometry geometry =
        new LaunchGeometry(List.of(grid), List.of(block), IntExpr.of(dynamic));
    return withParameters(body, kernel, geometry);
  }

  private void checkLimits(IntExpr[] block, Stmt body) {
    Limits limits = target.limits();
    long threads = 1;
    for (int axis = 0; axis < 3; axis++) {
      if (block[axis] instanceof IntExpr.Const(long extent)) {
        threads *= extent;
        if (extent > limits.maxThreads(axis)) {
          throw new LoweringException(
              "a block has "
                  + extent
                  + " threads along "
                  + "xyz".charAt(axis)
                  + ", the target "
                  + target
                  + " allows "
                  + limits.maxThreads(axis),
              name,
              "split the loop bound to threadIdx." + "xyz".charAt(axis));
        }
      } else {
        throw new LoweringException(
            "the extent "
                + block[axis]
                + " of threadIdx."
                + "xyz".charAt(axis)
                + " is not a constant",
            name,
            "split the loop with a constant factor and bind the inner loop");
      }
    }
    if (threads > limits.maxThreads()) {
      throw new LoweringException(
          "a block has "
              + threads
              + " threads, the target "
              + target
              + " allows "
              + limits.maxThreads(),
          name,
          "use smaller tiles");
    }
    long shared = sharedBytes(body);
    if (shared > limits.sharedBytes()) {
      throw new LoweringException(
          "a block uses "
              + shared
              + " bytes of shared memory, the target "
              + target
              + " has "
              + limits.sharedBytes(),
          name,
          "use smaller tiles");
    }
  }

  private long sharedBytes(Stmt body) {
    long[] bytes = {0};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Allocate a) {
          Var.PointerType type = a.data().pointerType();
          Scope.Rank rank = type == null ? Scope.Rank.GLOBAL : type.scope().rank();
          if (rank == Scope.Rank.GLOBAL) {
            throw new LoweringException(
                "buffer '" + a.data().name() + "' in global memory is allocated within a kernel",
                name,
                "allocate it in the root block, or set its scope to shared or local");
          }
          if (!(a.extents().get(0) instanceof Expr.IntImm size)) {
            throw new LoweringException(
                "buffer '" + a.data().name() + "' in scope " + rank.text + " has no constant size",
                name,
                "tile the loops around it with constant factors");
          }
          if (rank == Scope.Rank.SHARED) {
            bytes[0] += size.value() * a.dtype().bytes();
          }
        }
        super.stmt(node);
      }
    }.stmt(body);
    return bytes[0];
  }

  /** Gives the kernel parameters: the function's buffers in order, workspaces, then sizes. */
  private Launch withParameters(Stmt body, String kernel, LaunchGeometry geometry) {
    Map<Var, Buffer> byPointer = new HashMap<>(workspaceBuffers);
    function.paramBuffers().forEach(buffer -> byPointer.put(buffer.data(), buffer));
    FreeUses uses = new FreeUses(byPointer);
    uses.stmt(body);
    List<LaunchArgument> arguments = new ArrayList<>();
    List<Var> params = new ArrayList<>();
    Map<Var, Buffer> bufferMap = new LinkedHashMap<>();
    List<Buffer> given = function.paramBuffers();
    for (int i = 0; i < given.size(); i++) {
      if (uses.buffers.remove(given.get(i))) {
        arguments.add(new LaunchArgument.FunctionBuffer(i));
        addBuffer(given.get(i), params, bufferMap);
      }
    }
    List<Var> pointers = List.copyOf(workspaces.keySet());
    for (Buffer buffer : uses.buffers) {
      int index = pointers.indexOf(buffer.data());
      if (index < 0) {
        throw new IllegalStateException("buffer '" + buffer.name() + "' comes from nowhere");
      }
      arguments.add(new LaunchArgument.WorkspaceBuffer(index));
      addBuffer(buffer, params, bufferMap);
    }
    for (Var v : uses.vars) {
      arguments.add(new LaunchArgument.Size(Sizes.of(v, name)));
      params.add(v);
    }
    PrimFunc device =
        new PrimFunc(params, bufferMap, Map.of(), body)
            .withAttr(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm(kernel));
    AttrValue noalias = function.attrs().get(PrimFunc.NOALIAS);
    return new Launch(
        noalias == null ? device : device.withAttr(PrimFunc.NOALIAS, noalias), arguments, geometry);
  }

  private static void addBuffer(Buffer buffer, List<Var> params, Map<Var, Buffer> bufferMap) {
    Var handle = Var.of(buffer.name() + "_handle", DType.HANDLE);
    params.add(handle);
    bufferMap.put(handle, buffer);
  }

  /** The buffers and variables that a kernel uses and does not define, in order of appearance. */
  private static final class FreeUses extends IrWalker {
    final Set<Buffer> buffers = new LinkedHashSet<>();
    final Set<Var> vars = new LinkedHashSet<>();
    private final Set<Buffer> declared = new HashSet<>();
    private final Set<Var> defined = new HashSet<>();
    private final Map<Var, Buffer> byPointer;

    FreeUses(Map<Var, Buffer> byPointer) {
      this.byPointer = byPointer;
    }

    @Override
    public void stmt(Stmt node) {
      switch (node) {
        case Stmt.DeclBuffer d -> declared.add(d.buffer());
        case Stmt.Allocate a -> defined.add(a.data());
        case Stmt.AllocateConst a -> defined.add(a.data());
        case Stmt.For f -> defined.add(f.var());
        case Stmt.Let l -> defined.add(l.var());
        case Stmt.Attr(IterVar axis, var key, var value, var body) -> defined.add(axis.var());
        case Stmt.Attr a -> {}
        case Stmt.Store s -> use(s.buffer());
        case Stmt.Assert s -> {}
        case Stmt.Seq s -> {}
        case Stmt.Evaluate s -> {}
        case Stmt.If s -> {}
        case Stmt.While s -> {}
        case Stmt.Break s -> {}
        case Stmt.Continue s -> {}
        case Stmt.ThreadGroup s -> {}
        case Stmt.Block s -> {}
        case Stmt.BlockRealize s -> {}
      }
      super.stmt(node);
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load load) {
        use(load.buffer());
      } else if (node instanceof Expr.Let let) {
        defined.add(let.var());
      } else if (node instanceof Var v && !defined.contains(v) && !v.dtype().isHandle()) {
        vars.add(v);
      } else if (node instanceof Var v && byPointer.get(v) instanceof Buffer buffer) {
        // Reached through a pointer only, as asynchronous copies do.
        use(buffer);
      }
      super.expr(node);
    }

    private void use(Buffer buffer) {
      if (!declared.contains(buffer)) {
        buffers.add(buffer);
      }
    }
  }
}
