package dev.weft.tir.analysis;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.ConstBounds;
import dev.weft.tir.script.TvmScript;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The walk behind {@link WellFormed}. */
final class WellFormedCheck extends IrWalker {
  private final boolean unscheduled;
  private final Analyzer analyzer = new Analyzer();

  /** Variables in scope, by the number of blocks with axes around their declaration. */
  private final Map<Var, Integer> vars = new HashMap<>();

  private final Set<Var> loops = new HashSet<>();
  private final Map<Var, Range> ranges = new HashMap<>();
  private final Set<Buffer> buffers = new HashSet<>();
  private final Deque<String> blocks = new ArrayDeque<>();
  private String function = "";
  private int depth;

  /** Whether a condition of a block around may leave out values of the loops. */
  private boolean guarded;

  WellFormedCheck(boolean unscheduled) {
    this.unscheduled = unscheduled;
  }

  void function(PrimFunc f) {
    function = f.globalSymbol("a function");
    f.params().forEach(this::declare);
    f.paramBuffers().forEach(this::declareWithSizes);
    stmt(f.body());
  }

  private void declare(Var v) {
    vars.put(v, depth);
  }

  private void declare(Buffer buffer) {
    buffers.add(buffer);
    declare(buffer.data());
  }

  /** A parameter's buffer or a view also brings its symbolic sizes, strides and offset. */
  private void declareWithSizes(Buffer buffer) {
    declare(buffer);
    for (List<Expr> parts :
        List.of(buffer.shape(), buffer.strides(), List.of(buffer.elemOffset()))) {
      for (Expr part : parts) {
        if (part instanceof Var v) {
          declare(v);
        }
      }
    }
  }

  private String place() {
    String block = blocks.peek();
    return block == null ? "'" + function + "'" : "block '" + block + "' of '" + function + "'";
  }

  private IllFormedException error(String what, String remedy) {
    return new IllFormedException(what, place(), remedy);
  }

  @Override
  public void expr(Expr node) {
    switch (node) {
      case Var v -> use(v);
      case Expr.Load load -> {
        use(load.buffer());
        super.expr(node);
      }
      case Expr.Let let -> {
        expr(let.value());
        declare(let.var());
        expr(let.body());
        vars.remove(let.var());
      }
      case Expr.IntImm _,
          Expr.FloatImm _,
          Expr.StringImm _,
          Expr.Cast _,
          Expr.Binary _,
          Expr.Not _,
          Expr.Select _,
          Expr.Ramp _,
          Expr.Broadcast _,
          Expr.Shuffle _,
          Expr.Call _ ->
          super.expr(node);
    }
  }

  private void use(Var v) {
    Integer declared = vars.get(v);
    if (declared == null) {
      throw error(
          "variable '" + v.name() + "' is used where it is not defined",
          "define it by a parameter, a loop, an axis or a let around");
    }
    if (declared < depth && loops.contains(v)) {
      throw error(
          "loop variable '" + v.name() + "' from outside is used within the block",
          "bind an axis of the block to it and use the axis");
    }
  }

  private void use(Buffer buffer) {
    if (!buffers.contains(buffer) && !vars.containsKey(buffer.data())) {
      throw error(
          "buffer '" + buffer.name() + "' is accessed where it is not declared",
          "make it a parameter, or allocate it in a block around");
    }
  }

  @Override
  public void stmt(Stmt node) {
    switch (node) {
      case Stmt.Store store -> {
        use(store.buffer());
        super.stmt(node);
      }
      case Stmt.Let let -> {
        expr(let.value());
        within(let.var(), let.body());
      }
      case Stmt.Allocate allocate -> {
        allocate.extents().forEach(this::expr);
        expr(allocate.condition());
        within(allocate.data(), allocate.body());
      }
      case Stmt.AllocateConst constant -> within(constant.data(), constant.body());
      case Stmt.DeclBuffer decl -> {
        buffers.add(decl.buffer());
        stmt(decl.body());
        buffers.remove(decl.buffer());
      }
      case Stmt.Attr attr -> attr(attr);
      case Stmt.For loop -> loop(loop);
      case Stmt.BlockRealize realize -> {
        realize.iterValues().forEach(this::expr);
        expr(realize.predicate());
        boolean outside = guarded;
        guarded |= !realize.predicate().isConst(1);
        bindings(realize);
        guarded &= realize.block().iterVars().isEmpty();
        block(realize.block());
        guarded = outside;
      }
      case Stmt.Block block -> block(block);
      case Stmt.Assert _,
          Stmt.Seq _,
          Stmt.Evaluate _,
          Stmt.If _,
          Stmt.While _,
          Stmt.Break _,
          Stmt.Continue _,
          Stmt.ThreadGroup _ ->
          super.stmt(node);
    }
  }

  private void within(Var v, Stmt body) {
    declare(v);
    stmt(body);
    vars.remove(v);
  }

  private void attr(Stmt.Attr attr) {
    expr(attr.value());
    AttrValue about = attr.node();
    if (about instanceof Buffer buffer) {
      use(buffer);
    }
    if (about instanceof IterVar axis && !vars.containsKey(axis.var())) {
      analyzer.bind(axis.var(), Range.upTo(attr.value()));
      within(axis.var(), attr.body());
    } else {
      stmt(attr.body());
    }
  }

  private void loop(Stmt.For loop) {
    expr(loop.min());
    expr(loop.extent());
    Range range = new Range(loop.min(), loop.extent());
    analyzer.bind(loop.var(), range);
    loops.add(loop.var());
    ranges.put(loop.var(), range);
    within(loop.var(), loop.body());
    ranges.remove(loop.var());
    loops.remove(loop.var());
  }

  private void bindings(Stmt.BlockRealize realize) {
    blocks.push(realize.block().name());
    for (int i = 0; i < realize.iterValues().size(); i++) {
      IterVar axis = realize.block().iterVars().get(i);
      Expr value = realize.iterValues().get(i);
      if (unscheduled && value instanceof Var loop) {
        sameExtent(axis, loop);
      }
      if (!guarded) {
        inDomain(axis, value);
      }
    }
    blocks.pop();
  }

  private void sameExtent(IterVar axis, Var loop) {
    Range range = ranges.get(loop);
    if (range == null) {
      return;
    }
    boolean same =
        analyzer.proveEqual(range.min(), axis.dom().min())
            && analyzer.proveEqual(range.extent(), axis.dom().extent());
    if (!same) {
      throw error(
          "axis '"
              + axis.var().name()
              + "' has extent "
              + TvmScript.print(axis.dom().extent())
              + ", the loop '"
              + loop.name()
              + "' that it is bound to "
              + TvmScript.print(range.extent()),
          "give both the same extent");
    }
  }

  /** Whether the variables' ranges don't depend on each other, so that bounds are exact. */
  private boolean isOfConstantLoops(Expr value) {
    boolean[] constant = {true};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Var v) {
          Range range = ranges.get(v);
          constant[0] &=
              range != null
                  && range.min() instanceof Expr.IntImm
                  && range.extent() instanceof Expr.IntImm;
        }
        super.expr(node);
      }
    }.expr(value);
    return constant[0];
  }

  private void inDomain(IterVar axis, Expr value) {
    ConstBounds bounds = analyzer.bounds(value);
    if (!(axis.dom().min() instanceof Expr.IntImm min)
        || !(axis.dom().extent() instanceof Expr.IntImm extent)
        || !bounds.isFinite()
        || !isOfConstantLoops(value)) {
      return;
    }
    long last = min.value() + extent.value() - 1;
    boolean reached = bounds.min() >= min.value() && bounds.max() <= last;
    if (!reached) {
      throw error(
          "axis '"
              + axis.var().name()
              + "' goes from "
              + min.value()
              + " to "
              + last
              + ", but its value "
              + TvmScript.print(value)
              + " from "
              + bounds.min()
              + " to "
              + bounds.max(),
          "make the axis as long as the loops, or guard the block with T.where");
    }
  }

  private void block(Stmt.Block block) {
    blocks.push(block.name());
    boolean hasAxes = !block.iterVars().isEmpty();
    block.iterVars().forEach(axis -> range(axis.dom()));
    depth += hasAxes ? 1 : 0;
    for (IterVar axis : block.iterVars()) {
      declare(axis.var());
      analyzer.bind(axis.var(), axis.dom());
    }
    for (MatchBufferRegion match : block.matchBuffers()) {
      region(match.source());
      declareWithSizes(match.buffer());
    }
    block.allocBuffers().forEach(this::declare);
    block.reads().forEach(this::region);
    block.writes().forEach(this::region);
    if (block.init() != null) {
      stmt(block.init());
    }
    stmt(block.body());
    depth -= hasAxes ? 1 : 0;
    block.allocBuffers().forEach(this::forget);
    block.matchBuffers().forEach(match -> forget(match.buffer()));
    block.iterVars().forEach(axis -> vars.remove(axis.var()));
    blocks.pop();
  }

  private void forget(Buffer buffer) {
    buffers.remove(buffer);
    vars.remove(buffer.data());
  }

  private void region(BufferRegion region) {
    use(region.buffer());
    region.region().forEach(this::range);
  }

  private void range(Range range) {
    expr(range.min());
    expr(range.extent());
  }
}
