package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads blocks and what is said within them about axes, regions, allocations and views. */
final class BlockReader {
  private final Conversions convert;
  private final Bindings bindings;
  private final ExprReader exprs;
  private final LoopReader loops;
  private final BufferReader buffers;
  private final Deque<BlockFrame> frames = new ArrayDeque<>();
  private final List<Buffer> rootAllocations = new ArrayList<>();

  BlockReader(
      Conversions convert,
      Bindings bindings,
      ExprReader exprs,
      LoopReader loops,
      BufferReader buffers) {
    this.convert = convert;
    this.bindings = bindings;
    this.exprs = exprs;
    this.loops = loops;
    this.buffers = buffers;
  }

  /** Buffers that were allocated outside any block. */
  List<Buffer> rootAllocations() {
    return rootAllocations;
  }

  static boolean isBlock(String function) {
    return function.equals("block") || function.equals("sblock");
  }

  /**
   * {@code with T.block("name"):}.
   *
   * @param alone whether the block is all of the function's body
   */
  Stmt block(Syntax.Call call, Supplier<Stmt> body, boolean alone) {
    Arguments args = exprs.arguments(call, "block");
    Value name = args.find("name");
    Value noRealize = args.find("no_realize");
    args.done();
    BlockFrame frame = new BlockFrame(name == null ? "" : convert.string(name, call));
    frames.push(frame);
    Stmt inner = bindings.scoped(body);
    frames.pop();
    boolean isRoot = alone && frame.axes.isEmpty() && rootAllocations.isEmpty();
    Stmt.Block block = frame.block(inner, isRoot, bindings.buffersByPointer());
    if (noRealize != null && !noRealize.equals(new Value.PyBool(false))) {
      return block;
    }
    List<Expr> values = new ArrayList<>();
    for (int i = 0; i < frame.axes.size(); i++) {
      Expr value = frame.values.get(i);
      if (value == null) {
        throw convert.error(
            call,
            "axis '" + frame.axes.get(i).var().name() + "' is bound to nothing",
            "give it a value, as T.axis.spatial(extent, value)");
      }
      values.add(value);
    }
    Expr predicate = frame.predicate == null ? Expr.bool(true) : frame.predicate;
    return new Stmt.BlockRealize(values, predicate, block);
  }

  private BlockFrame frame(Syntax at, String what) {
    BlockFrame frame = frames.peek();
    if (frame == null) {
      throw convert.error(at, what + " stands outside of blocks", "put it in with T.block(…):");
    }
    return frame;
  }

  /** {@code with T.init():}. */
  void init(Syntax at, Supplier<Stmt> body) {
    BlockFrame frame = frame(at, "T.init");
    if (frame.init != null) {
      throw convert.error(at, "the block has a T.init already", "keep one");
    }
    frame.init = bindings.scoped(body);
  }

  /** Statements about the block; false if this is none of them. */
  boolean statement(String function, Syntax.Call call) {
    switch (function) {
      case "where" -> {
        Arguments args = exprs.arguments(call, function);
        BlockFrame frame = frame(call, "T.where");
        Expr predicate = convert.expr(args.need("predicate"), call);
        args.done();
        frame.predicate =
            frame.predicate == null ? predicate : Expr.and(frame.predicate, predicate);
      }
      case "reads" -> frame(call, "T.reads").reads = regions(call);
      case "writes" -> frame(call, "T.writes").writes = regions(call);
      case "block_attr", "sblock_attr" -> {
        Arguments args = exprs.arguments(call, function);
        frame(call, "T." + function).annotations.putAll(convert.attrs(args.need("attrs"), call));
        args.done();
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private List<BufferRegion> regions(Syntax.Call call) {
    List<BufferRegion> regions = new ArrayList<>();
    for (Syntax.Expression arg : call.args()) {
      if (arg instanceof Syntax.ListDisplay(_, List<Syntax.Expression> items)) {
        items.forEach(item -> regions.add(exprs.region(item)));
      } else {
        regions.add(exprs.region(arg));
      }
    }
    return regions;
  }

  /** {@code A = T.alloc_buffer(…)}. */
  void allocation(String name, Syntax.Call call) {
    Arguments args = exprs.arguments(call, "alloc_buffer");
    Buffer buffer = exprs.checked(call, () -> buffers.read(args, name)).buffer();
    bindings.define(name, new Value.BufferValue(buffer));
    BlockFrame frame = frames.peek();
    (frame == null ? rootAllocations : frame.allocations).add(buffer);
  }

  /** {@code A = T.match_buffer(B[…], …)}. */
  void view(String name, Syntax.Call call, Syntax.Call declaration) {
    BufferRegion source = exprs.region(call.args().get(0));
    Arguments args = exprs.arguments(declaration, "match_buffer");
    Buffer buffer = exprs.checked(call, () -> buffers.read(args, name)).buffer();
    frame(call, "T.match_buffer of a region").matches.add(new MatchBufferRegion(buffer, source));
    bindings.define(name, new Value.BufferValue(buffer));
  }

  /** {@code vi = T.axis.spatial(…)}, {@code vi, vj = T.axis.remap(…)}. */
  void axes(List<Syntax.Expression> targets, String function, Syntax.Call call) {
    List<String> names = new ArrayList<>();
    for (Syntax.Expression target : targets) {
      if (!(target instanceof Syntax.Name(_, String name))) {
        throw convert.error(target, "this is no name of an axis", "expected a name");
      }
      names.add(name);
    }
    exprs.checked(
        call,
        () -> {
          if (function.equals("remap")) {
            remap(names, call);
          } else {
            axis(names, function, call);
          }
          return true;
        });
  }

  private void remap(List<String> names, Syntax.Call call) {
    Arguments args = exprs.arguments(call, "axis.remap");
    String kinds = convert.string(args.need("kinds"), call);
    List<Value> values = convert.items(args.need("bindings"));
    args.done();
    if (kinds.length() != values.size() || names.size() != values.size()) {
      throw convert.error(
          call,
          names.size() + " axes, " + kinds.length() + " kinds and " + values.size() + " loops",
          "give as many of each");
    }
    for (int i = 0; i < values.size(); i++) {
      Var loop = convert.var(values.get(i), call);
      Range range = loops.rangeOf(loop);
      if (range == null) {
        throw convert.error(
            call, "'" + loop.name() + "' is no loop around", "write T.axis.spatial(extent, value)");
      }
      IterVar.Kind kind =
          switch (kinds.charAt(i)) {
            case 'S' -> IterVar.Kind.SPATIAL;
            case 'R' -> IterVar.Kind.REDUCE;
            default ->
                throw convert.error(
                    call, "'" + kinds.charAt(i) + "' is no kind of axis", "expected S or R");
          };
      add(names.get(i), range, loop.dtype(), kind, null, loop, call);
    }
  }

  private void axis(List<String> names, String function, Syntax.Call call) {
    IterVar.Kind kind =
        switch (function) {
          case "spatial", "S" -> IterVar.Kind.SPATIAL;
          case "reduce", "R" -> IterVar.Kind.REDUCE;
          case "scan" -> IterVar.Kind.SCAN;
          case "opaque" -> IterVar.Kind.OPAQUE;
          case "thread" -> IterVar.Kind.THREAD;
          default ->
              throw convert.error(
                  call.function(),
                  "T.axis." + function + " is not known",
                  "expected spatial, reduce, scan, opaque or remap");
        };
    if (names.size() != 1) {
      throw convert.error(call, names.size() + " names for one axis", "use T.axis.remap");
    }
    Arguments args = exprs.arguments(call, "axis." + function);
    Value dom = args.need("dom");
    Value binding = args.findSome("binding");
    Value dtypeValue = args.find("dtype");
    Value thread = args.keyword("thread");
    args.done();
    Range range = convert.range(dom, call);
    Expr value = binding == null ? null : convert.expr(binding, range.extent().dtype(), call);
    DType dtype = dtypeValue == null ? range.extent().dtype() : convert.dtype(dtypeValue, call);
    ThreadTag tag = thread == null ? null : ThreadTag.parse(convert.string(thread, call));
    add(names.get(0), range, dtype, kind, tag, value, call);
  }

  private void add(
      String name,
      Range range,
      DType dtype,
      IterVar.Kind kind,
      @Nullable ThreadTag thread,
      @Nullable Expr value,
      Syntax at) {
    Var v = Var.of(name, dtype);
    BlockFrame frame = frame(at, "T.axis");
    frame.axes.add(new IterVar(range, v, kind, thread));
    frame.values.add(value);
    bindings.define(name, new Value.Typed(v));
  }
}
