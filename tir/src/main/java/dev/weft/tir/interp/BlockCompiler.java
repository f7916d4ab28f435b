package dev.weft.tir.interp;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;

/** Turns blocks into {@link StmtCompiler.Exec}s. */
final class BlockCompiler {
  private final ExprCompiler exprs;
  private final StmtCompiler stmts;
  private final Slots slots;

  BlockCompiler(ExprCompiler exprs, StmtCompiler stmts) {
    this.exprs = exprs;
    this.stmts = stmts;
    this.slots = exprs.slots();
  }

  StmtCompiler.Exec compile(List<Expr> values, Expr predicate, Stmt.Block block) {
    Eval condition = exprs.compile(predicate);
    Eval[] compiledValues = exprs.compileAll(values);
    Axis[] axes = new Axis[values.size()];
    for (int i = 0; i < axes.length; i++) {
      IterVar iter = block.iterVars().get(i);
      axes[i] =
          new Axis(
              iter,
              slots.define(iter.var()),
              compiledValues[i],
              exprs.compile(iter.dom().min()),
              exprs.compile(iter.dom().extent()));
    }
    List<Preparation> preparations = new ArrayList<>();
    for (Buffer buffer : block.allocBuffers()) {
      preparations.add(allocation(buffer));
    }
    for (MatchBufferRegion match : block.matchBuffers()) {
      preparations.add(view(match));
    }
    Stmt initStmt = block.init();
    StmtCompiler.Exec init = initStmt == null ? null : stmts.compile(initStmt);
    StmtCompiler.Exec body = stmts.compile(block.body());
    Frame.Place place = f -> describe(block.name(), axes, f);
    boolean always = condition.isConstant(1);
    Preparation[] prepared = preparations.toArray(Preparation[]::new);
    return f -> {
      if (!always && condition.asLong(f) == 0) {
        return StmtCompiler.Flow.NORMAL;
      }
      boolean starts = true;
      for (Axis axis : axes) {
        starts &= axis.enter(f, block);
      }
      f.enter(place);
      for (Preparation preparation : prepared) {
        preparation.run(f);
      }
      if (init != null && starts) {
        init.run(f);
      }
      StmtCompiler.Flow flow = body.run(f);
      f.leave();
      return flow;
    };
  }

  private static String describe(String name, Axis[] axes, Frame frame) {
    StringBuilder text = new StringBuilder("block '").append(name).append("'");
    for (int i = 0; i < axes.length; i++) {
      text.append(i == 0 ? " (" : ", ").append(axes[i].name()).append("=");
      text.append(frame.ints[axes[i].slot()]);
    }
    return axes.length == 0 ? text.toString() : text.append(")").toString();
  }

  private interface Preparation {
    void run(Frame frame);
  }

  /** Fresh, unwritten memory each time the block is entered. */
  private Preparation allocation(Buffer buffer) {
    int pointer = slots.define(buffer.data());
    int slot = slots.define(buffer);
    Eval[] shape = exprs.compileAll(buffer.shape());
    Eval[] strides = exprs.compileAll(buffer.strides());
    DType dtype = buffer.dtype();
    return f -> {
      long[] dims = ExprCompiler.values(shape, f);
      long[] steps =
          strides.length == 0 ? BoundBuffer.compactStrides(dims) : ExprCompiler.values(strides, f);
      long count = dims.length == 0 ? 1 : 0;
      for (int i = 0; i < dims.length; i++) {
        count = Math.max(count, Math.multiplyExact(dims[i], steps[i]));
      }
      Memory memory = Memory.allocate(dtype, count, buffer.name());
      f.objects[pointer] = memory;
      f.objects[slot] = new BoundBuffer(memory, dtype, 0, dims, steps);
    };
  }

  /** A view of a region of another buffer; its symbolic sizes get their values from there. */
  private Preparation view(MatchBufferRegion match) {
    Buffer buffer = match.buffer();
    BufferRegion source = match.source();
    ExprCompiler.BufferSource from = exprs.bufferSource(source.buffer());
    Eval[] mins = exprs.compileAll(source.region().stream().map(Range::min).toList());
    Eval[] extents = exprs.compileAll(source.region().stream().map(Range::extent).toList());
    int leading = source.region().size() - buffer.rank();
    SizeBinder shape =
        new SizeBinder(exprs, "the shape of view '" + buffer.name() + "'", buffer.shape());
    SizeBinder strides =
        new SizeBinder(exprs, "the strides of view '" + buffer.name() + "'", buffer.strides());
    SizeBinder offset =
        new SizeBinder(
            exprs, "the offset of view '" + buffer.name() + "'", List.of(buffer.elemOffset()));
    boolean offsetIsFree = buffer.elemOffset() instanceof Var;
    int pointer = slots.define(buffer.data());
    int slot = slots.define(buffer);
    return f -> {
      BoundBuffer outer = from.get(f);
      long start = outer.offset();
      long[] dims = new long[buffer.rank()];
      long[] steps = new long[buffer.rank()];
      for (int i = 0; i < mins.length; i++) {
        long min = mins[i].asLong(f);
        long extent = extents[i].asLong(f);
        if (min < 0 || min + extent > outer.shape()[i]) {
          throw f.error(
              "the view '"
                  + buffer.name()
                  + "' takes ["
                  + min
                  + ", "
                  + (min + extent)
                  + ") of dimension "
                  + i
                  + " of '"
                  + source.buffer().name()
                  + "', which has "
                  + outer.shape()[i],
              "correct the region of match_buffer");
        }
        start += min * outer.strides()[i];
        if (i >= leading) {
          dims[i - leading] = extent;
          steps[i - leading] = outer.strides()[i];
        } else if (extent != 1) {
          throw f.error(
              "the view '" + buffer.name() + "' drops dimension " + i + " of extent " + extent, "");
        }
      }
      shape.bind(f, dims);
      if (!buffer.strides().isEmpty()) {
        strides.bind(f, steps, dims);
      } else {
        checkCompact(f, buffer, dims, steps);
      }
      if (offsetIsFree) {
        offset.bind(f, new long[] {start});
      }
      f.objects[pointer] = outer.memory();
      f.objects[slot] = new BoundBuffer(outer.memory(), buffer.dtype(), start, dims, steps);
    };
  }

  private static void checkCompact(Frame frame, Buffer buffer, long[] dims, long[] steps) {
    long[] compact = BoundBuffer.compactStrides(dims);
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] != 1 && steps[i] != compact[i]) {
        throw frame.error(
            "the view '"
                + buffer.name()
                + "' has no strides, so it must be compact; dimension "
                + i
                + " has stride "
                + steps[i]
                + " in its source, compact is "
                + compact[i],
            "give the view symbolic strides");
      }
    }
  }
}
