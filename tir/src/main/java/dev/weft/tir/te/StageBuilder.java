package dev.weft.tir.te;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IterVar;
import dev.weft.tir.Ordered;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.analysis.AccessRegions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The loops and blocks of one operation. */
final class StageBuilder {
  private final Map<Buffer, Buffer> buffers;
  private final FunctionBuilder.BlockNames names;

  StageBuilder(Map<Buffer, Buffer> buffers, FunctionBuilder.BlockNames names) {
    this.buffers = buffers;
    this.names = names;
  }

  List<Stmt> stages(Operation operation, List<Tensor> outputs) {
    return switch (operation) {
      case Operation.Placeholder _ -> List.of();
      case Operation.Extern extern -> List.of(extern(extern, outputs));
      case Operation.Pointwise points -> List.of(points(points, outputs));
      case Operation.Compute compute -> {
        if (compute.reduction() != null) {
          yield List.of(reduction(compute, compute.reduction(), outputs));
        }
        yield List.of(elements(compute, outputs));
      }
    };
  }

  private Buffer own(Tensor tensor) {
    return Objects.requireNonNull(buffers.get(tensor.buffer()));
  }

  /** One nest of loops with a block for each output. */
  private Stmt elements(Operation.Compute compute, List<Tensor> outputs) {
    List<Var> loops = new ArrayList<>();
    List<Stmt> blocks = new ArrayList<>();
    Nest first = new Nest(compute, outputs.get(0).shape(), List.of());
    for (Tensor output : outputs) {
      Nest nest = blocks.isEmpty() ? first : new Nest(compute, output.shape(), List.of());
      if (blocks.isEmpty()) {
        loops.addAll(nest.loopVars());
      }
      Expr value = nest.renamed(compute.values().get(output.output()));
      Stmt store = new Stmt.Store(own(output), value, nest.indices());
      blocks.add(nest.block(names.unique(output.name()), loops, compute, null, store));
    }
    return first.loops(loops, Stmt.seq(blocks));
  }

  private Stmt reduction(Operation.Compute compute, Reduction reduction, List<Tensor> outputs) {
    Nest nest = new Nest(compute, outputs.get(0).shape(), reduction.axes());
    List<DType> dtypes = reduction.values().stream().map(Expr::dtype).toList();
    List<Expr> identity = reduction.reducer().identity().apply(dtypes);
    List<Expr> before = new ArrayList<>();
    List<Stmt> init = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Buffer buffer = own(outputs.get(i));
      before.add(new Expr.Load(buffer, nest.indices()));
      init.add(new Stmt.Store(buffer, identity.get(i), nest.indices()));
    }
    List<Expr> next = reduction.values().stream().map(nest::renamed).toList();
    List<Expr> combined = reduction.reducer().combine().apply(before, next);
    List<Var> loops = nest.loopVars();
    Stmt block =
        nest.block(
            names.unique(compute.name()),
            loops,
            compute,
            Stmt.seq(init),
            update(outputs, combined, nest));
    return nest.loops(loops, block);
  }

  /** Tuples go through variables: each component may depend on all that were there before. */
  private Stmt update(List<Tensor> outputs, List<Expr> combined, Nest nest) {
    if (outputs.size() == 1) {
      return new Stmt.Store(own(outputs.get(0)), combined.get(0), nest.indices());
    }
    List<Var> temporaries = new ArrayList<>();
    List<Stmt> stores = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      Var temporary = Var.of("v_" + outputs.get(i).name(), combined.get(i).dtype());
      temporaries.add(temporary);
      stores.add(new Stmt.Store(own(outputs.get(i)), temporary, nest.indices()));
    }
    Stmt body = Stmt.seq(stores);
    for (int i = outputs.size() - 1; i >= 0; i--) {
      body = new Stmt.Let(temporaries.get(i), combined.get(i), body);
    }
    return body;
  }

  private Stmt extern(Operation.Extern extern, List<Tensor> outputs) {
    List<Buffer> ins = extern.inputs().stream().map(this::own).toList();
    List<Buffer> outs = outputs.stream().map(this::own).toList();
    List<BufferRegion> reads = ins.stream().map(Buffer::whole).toList();
    List<BufferRegion> writes = outs.stream().map(Buffer::whole).toList();
    Stmt.Block block =
        new Stmt.Block(
            names.unique(extern.name()),
            List.of(),
            reads,
            writes,
            List.of(),
            List.of(),
            Map.of(),
            null,
            extern.body().apply(ins, outs));
    return new Stmt.BlockRealize(List.of(), Expr.bool(true), block);
  }

  /** A block with the domain's axes; a domain without axes gets one, as a scalar's does. */
  private Stmt points(Operation.Pointwise points, List<Tensor> outputs) {
    List<Var> axes = new ArrayList<>();
    List<IterVar> iterVars = new ArrayList<>();
    List<Var> loops = new ArrayList<>();
    for (int i = 0; i < points.extents().size(); i++) {
      Var axis = points.axes().get(i).renamed("v" + i);
      axes.add(axis);
      iterVars.add(IterVar.spatial(points.extents().get(i), axis));
      loops.add(Var.of("i" + i, axis.dtype()));
    }
    List<Buffer> ins = points.inputs().stream().map(this::own).toList();
    List<Buffer> outs = outputs.stream().map(this::own).toList();
    PointBody.Code code = points.body().at(new Axes(axes), ins, outs);
    boolean single = iterVars.isEmpty();
    Stmt.Block block =
        new Stmt.Block(
            names.unique(points.name()),
            single ? List.of(IterVar.spatial(Expr.int32(1), Var.int32("vi"))) : iterVars,
            List.of(),
            List.of(),
            code.local(),
            List.of(),
            Map.of(),
            null,
            code.body());
    Stmt nest =
        new Stmt.BlockRealize(
            single ? List.of(Expr.int32(0)) : List.copyOf(loops),
            Expr.bool(true),
            withoutOwnReads(AccessRegions.annotated(block), outs));
    for (int i = loops.size() - 1; i >= 0; i--) {
      nest = Stmt.For.serial(loops.get(i), points.extents().get(i), nest);
    }
    return nest;
  }

  /** A point reads of the outputs only what it has written itself, so nothing from outside. */
  private static Stmt.Block withoutOwnReads(Stmt.Block block, List<Buffer> outputs) {
    List<BufferRegion> reads =
        block.reads().stream().filter(region -> !outputs.contains(region.buffer())).toList();
    return block.withRegions(reads, block.writes());
  }

  /** The axes of a block and the loops around it: i0, i1, … over the domains. */
  private final class Nest {
    private final List<IterVar> axes = new ArrayList<>();
    private final List<Expr> indices = new ArrayList<>();
    private final Map<Var, Expr> renaming = new HashMap<>();

    Nest(Operation.Compute compute, List<Expr> shape, List<ReduceAxis> reduced) {
      for (int i = 0; i < shape.size(); i++) {
        Var axis = compute.axes().get(i);
        Var own = axis.renamed(axis.name());
        renaming.put(axis, own);
        indices.add(own);
        axes.add(IterVar.spatial(shape.get(i), own));
      }
      for (ReduceAxis axis : reduced) {
        Var own = axis.var().renamed(axis.var().name());
        renaming.put(axis.var(), own);
        axes.add(new IterVar(axis.range(), own, IterVar.Kind.REDUCE, null));
      }
    }

    List<Expr> indices() {
      return indices;
    }

    Expr renamed(Expr value) {
      return Substitute.in(value, renaming, buffers);
    }

    /** Variables for the loops i0, i1, … around blocks of this shape. */
    List<Var> loopVars() {
      List<Var> loops = new ArrayList<>();
      for (int i = 0; i < axes.size(); i++) {
        loops.add(Var.of("i" + i, axes.get(i).dom().extent().dtype()));
      }
      return loops;
    }

    Stmt block(
        String name, List<Var> loops, Operation.Compute compute, @Nullable Stmt init, Stmt body) {
      // A block of a scalar has one axis, so that schedules have a loop to work on.
      List<IterVar> blockAxes =
          axes.isEmpty() ? List.of(IterVar.spatial(Expr.int32(1), Var.int32("vi"))) : axes;
      Stmt.Block block =
          new Stmt.Block(
              name,
              blockAxes,
              List.of(),
              List.of(),
              List.of(),
              List.of(),
              Ordered.without(compute.annotations(), Te.LAYOUT_FREE_PLACEHOLDERS),
              init,
              body);
      List<Expr> values = axes.isEmpty() ? List.of(Expr.int32(0)) : List.copyOf(loops);
      return new Stmt.BlockRealize(values, Expr.bool(true), AccessRegions.annotated(block));
    }

    Stmt loops(List<Var> loops, Stmt body) {
      Stmt nest = body;
      for (int i = axes.size() - 1; i >= 0; i--) {
        Range dom = axes.get(i).dom();
        nest =
            new Stmt.For(
                loops.get(i), dom.min(), dom.extent(), ForKind.SERIAL, null, Map.of(), nest);
      }
      return nest;
    }
  }
}
