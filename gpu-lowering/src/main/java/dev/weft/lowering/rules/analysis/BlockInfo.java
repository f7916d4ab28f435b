package dev.weft.lowering.rules.analysis;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A block as rules see it.
 *
 * @param site the block in its place
 * @param store the store that its body is; null for any other body
 * @param loads every load in the body
 */
public record BlockInfo(Site.Block site, Stmt.@Nullable Store store, List<Expr.Load> loads) {
  /** Looks at a block. */
  public static BlockInfo of(Schedule schedule, BlockRef ref) {
    return of(schedule.state().block(ref));
  }

  /** Looks at a block. */
  public static BlockInfo of(Site.Block site) {
    Stmt.Block block = site.block();
    Stmt.Store store = block.body() instanceof Stmt.Store s && s.predicate() == null ? s : null;
    return new BlockInfo(site, store, loads(block.body()));
  }

  private static List<Expr.Load> loads(Stmt stmt) {
    List<Expr.Load> loads = new ArrayList<>();
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Load load) {
          loads.add(load);
        }
        super.expr(node);
      }
    }.stmt(stmt);
    return List.copyOf(loads);
  }

  /** The axes. */
  public List<IterVar> axes() {
    return site.block().iterVars();
  }

  /** The axes of one kind, in order. */
  public List<IterVar> axes(IterVar.Kind kind) {
    return axes().stream().filter(axis -> axis.kind() == kind).toList();
  }

  /** Whether every axis is spatial or a reduction. */
  public boolean hasPlainAxes() {
    return axes().stream()
        .allMatch(
            axis -> axis.kind() == IterVar.Kind.SPATIAL || axis.kind() == IterVar.Kind.REDUCE);
  }

  /** One element stored from others, with spatial axes only. */
  public boolean isInjective() {
    return store != null
        && site.block().init() == null
        && axes().stream().allMatch(axis -> axis.kind() == IterVar.Kind.SPATIAL)
        && !isScatter()
        && loads.stream().noneMatch(load -> load.buffer() == store.buffer());
  }

  /** Whether values in memory decide where the block stores, so that iterations may collide. */
  public boolean isScatter() {
    return !Scatter.places(site.block().body()).isEmpty();
  }

  /** Whether iterations that differ along an axis store to different places, whatever is read. */
  public boolean keepsApart(IterVar axis) {
    return Scatter.keepsApart(Scatter.places(site.block().body()), axis);
  }

  /** Spatial and reduction axes, with an initial value. */
  public boolean isReduction() {
    return hasPlainAxes()
        && site.block().init() != null
        && !isScatter()
        && axes().stream().anyMatch(axis -> axis.kind() == IterVar.Kind.REDUCE);
  }

  /** Whether something around the block is bound to a thread or marked as parallel already. */
  public boolean isBound() {
    for (Site around = site; around != null; around = around.parent()) {
      if (around instanceof Site.Loop loop
          && (loop.stmt().kind() == ForKind.THREAD_BINDING
              || loop.stmt().kind() == ForKind.PARALLEL)) {
        return true;
      }
    }
    return false;
  }

  /** Whether each axis is bound to the loop at its position, and no other loop is around. */
  public boolean hasOneLoopPerAxis() {
    List<Site.Loop> loops = site.loopsAround();
    List<Expr> values = site.stmt().iterValues();
    if (loops.size() != values.size()) {
      return false;
    }
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i) != loops.get(i).stmt().var()) {
        return false;
      }
    }
    return true;
  }

  /** Whether the block stands alone in its loops, directly below its function's root. */
  public boolean isAloneAtRoot() {
    Site child = site;
    Site parent = site.parent();
    while (parent instanceof Site.Loop loop) {
      if (loop.children().size() != 1) {
        return false;
      }
      child = parent;
      parent = child.parent();
    }
    return parent instanceof Site.Block block && block.isRoot();
  }

  /** The buffer that the block's store writes. */
  public @Nullable Buffer output() {
    return store == null ? null : store.buffer();
  }

  /** The widest element that the block reads or writes. */
  public DType widest() {
    DType widest = store == null ? DType.FLOAT32 : store.buffer().dtype();
    for (Expr.Load load : loads) {
      if (load.buffer().dtype().bits() > widest.bits()) {
        widest = load.buffer().dtype();
      }
    }
    return widest;
  }

  /** The extent of an axis if it is constant. */
  public static OptionalLong extent(IterVar axis) {
    return constant(axis.dom().extent());
  }

  /** The value of a constant. */
  public static OptionalLong constant(Expr expr) {
    return expr instanceof Expr.IntImm imm ? OptionalLong.of(imm.value()) : OptionalLong.empty();
  }

  /**
   * The step in memory that one step of an axis means for each load and for the store: true if all
   * of them are 0 or 1 in the innermost dimension, so that a vector along the axis is one access.
   */
  public boolean isContiguousAlong(IterVar axis) {
    return isUnitStepAlong(axis) && store != null && !choosesAlong(store.value(), axis);
  }

  /**
   * As {@link #isContiguousAlong} for the store, while loads may have any constant step, as those
   * of a window that moves by several elements.
   */
  public boolean isEvenAlong(IterVar axis) {
    return store != null
        && isUnitStep(store.buffer(), store.indices(), axis, false)
        && !choosesAlong(store.value(), axis)
        && loads.stream()
            .allMatch(
                load ->
                    load.predicate() == null
                        && Affine.innermostStep(load.buffer(), load.indices(), axis.var()) != null);
  }

  /** As {@link #isContiguousAlong}, whatever conditions there are on accesses. */
  public boolean isUnitStepAlong(IterVar axis) {
    if (store == null || !isUnitStep(store.buffer(), store.indices(), axis, false)) {
      return false;
    }
    return loads.stream()
        .allMatch(
            load ->
                load.predicate() == null && isUnitStep(load.buffer(), load.indices(), axis, true));
  }

  /**
   * Whether a guarded access (padding) is taken in some iterations along an axis and not in others:
   * a vector of it would be put together lane by lane.
   */
  private static boolean choosesAlong(Expr value, IterVar axis) {
    boolean[] found = new boolean[1];
    IrWalker uses =
        new IrWalker() {
          @Override
          public void expr(Expr node) {
            found[0] |= node == axis.var();
            super.expr(node);
          }
        };
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Call call && call.is(Intrinsic.IF_THEN_ELSE)) {
          uses.expr(call.args().get(0));
        }
        super.expr(node);
      }
    }.expr(value);
    return found[0];
  }

  private static boolean isUnitStep(
      Buffer buffer, List<Expr> indices, IterVar axis, boolean orNone) {
    Long step = Affine.innermostStep(buffer, indices, axis.var());
    return step != null && (step == 1 || (orNone && step == 0));
  }

  /** Whether all accesses are to the element at the axes' own position, in their order. */
  public boolean isPointwise() {
    if (store == null || !isIdentity(store.indices())) {
      return false;
    }
    return loads.stream()
        .allMatch(
            load ->
                load.indices().stream().allMatch(BlockInfo::isConstant)
                    || isIdentity(load.indices()));
  }

  private static boolean isConstant(Expr expr) {
    return expr instanceof Expr.IntImm;
  }

  private boolean isIdentity(List<Expr> indices) {
    if (indices.size() != axes().size()) {
      return false;
    }
    for (int i = 0; i < indices.size(); i++) {
      if (indices.get(i) != axes().get(i).var()) {
        return false;
      }
    }
    return true;
  }
}
