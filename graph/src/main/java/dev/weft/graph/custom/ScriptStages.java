package dev.weft.graph.custom;

import dev.weft.graph.op.Lowering;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.te.Axes;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Reducer;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads an unscheduled TensorIR function back as tensor expressions: a list of blocks, each of
 * which writes every element of one buffer once, by a formula or as a reduction.
 */
final class ScriptStages {
  private ScriptStages() {}

  /**
   * One block.
   *
   * @param output what it writes
   * @param axes one for each dimension of the output
   * @param reduced the axes of a reduction
   * @param value the formula, or what is reduced
   * @param reducer null for a formula
   */
  record Stage(
      Buffer output,
      List<Var> axes,
      List<IterVar> reduced,
      Expr value,
      @Nullable Reducer reducer) {}

  /** The blocks in order; null if the function is of another form. */
  static @Nullable List<Stage> of(PrimFunc function) {
    if (!(function.body() instanceof Stmt.BlockRealize root)
        || !root.block().iterVars().isEmpty()
        || !root.block().matchBuffers().isEmpty()
        || root.block().init() != null) {
      return null;
    }
    List<Stmt> parts =
        root.block().body() instanceof Stmt.Seq(List<Stmt> stmts)
            ? stmts
            : List.of(root.block().body());
    List<Stage> stages = new ArrayList<>();
    Set<Buffer> written = new HashSet<>();
    for (Stmt part : parts) {
      Stage stage = nest(part);
      if (stage == null || !written.add(stage.output)) {
        return null;
      }
      stages.add(stage);
    }
    return stages;
  }

  private static @Nullable Stage nest(Stmt nest) {
    Map<Var, Stmt.For> loops = new HashMap<>();
    Stmt inner = nest;
    while (inner instanceof Stmt.For loop) {
      if (loop.kind() != ForKind.SERIAL
          || !loop.min().isConst(0)
          || !loop.annotations().isEmpty()) {
        return null;
      }
      loops.put(loop.var(), loop);
      inner = loop.body();
    }
    if (!(inner instanceof Stmt.BlockRealize realize)
        || !realize.predicate().isConst(1)
        || realize.iterValues().size() != loops.size()) {
      return null;
    }
    for (int i = 0; i < realize.iterValues().size(); i++) {
      Range dom = realize.block().iterVars().get(i).dom();
      Stmt.For loop =
          realize.iterValues().get(i) instanceof Var variable ? loops.remove(variable) : null;
      if (loop == null || !dom.min().isConst(0) || !dom.extent().equals(loop.extent())) {
        return null;
      }
    }
    return stage(realize.block());
  }

  private static @Nullable Stage stage(Stmt.Block block) {
    if (!(block.body() instanceof Stmt.Store store)
        || store.predicate() != null
        || !block.allocBuffers().isEmpty()
        || !block.matchBuffers().isEmpty()
        || !block.annotations().isEmpty()) {
      return null;
    }
    Map<Var, IterVar> spatial = new HashMap<>();
    List<IterVar> reduced = new ArrayList<>();
    for (IterVar axis : block.iterVars()) {
      switch (axis.kind()) {
        case SPATIAL -> spatial.put(axis.var(), axis);
        case REDUCE -> reduced.add(axis);
        case SCAN, OPAQUE, THREAD -> {
          return null;
        }
      }
    }
    List<Var> axes = new ArrayList<>();
    Buffer output = store.buffer();
    for (int d = 0; d < store.indices().size(); d++) {
      IterVar axis = store.indices().get(d) instanceof Var v ? spatial.remove(v) : null;
      if (axis == null || !axis.dom().extent().equals(output.shape().get(d))) {
        return null;
      }
      axes.add(axis.var());
    }
    if (!spatial.isEmpty()) {
      return null;
    }
    if (reduced.isEmpty()) {
      boolean plain = block.init() == null && !reads(store.value(), output);
      return plain ? new Stage(output, axes, List.of(), store.value(), null) : null;
    }
    return reduction(block, store, axes, reduced);
  }

  private static @Nullable Stage reduction(
      Stmt.Block block, Stmt.Store store, List<Var> axes, List<IterVar> reduced) {
    boolean initialised =
        block.init() instanceof Stmt.Store init
            && init.buffer().equals(store.buffer())
            && init.indices().equals(store.indices());
    if (!initialised || !(block.init() instanceof Stmt.Store first)) {
      return null;
    }
    if (!(store.value() instanceof Expr.Binary(BinaryOp op, Expr a, Expr b))) {
      return null;
    }
    Reducer reducer =
        switch (op) {
          case ADD -> Reducer.SUM;
          case MUL -> Reducer.PROD;
          case MAX -> Reducer.MAX;
          case MIN -> Reducer.MIN;
          case SUB, DIV, MOD, FLOOR_DIV, FLOOR_MOD, EQ, NE, LT, LE, GT, GE, AND, OR -> null;
        };
    if (reducer == null) {
      return null;
    }
    Expr own = new Expr.Load(store.buffer(), store.indices());
    Expr value = a.equals(own) ? b : b.equals(own) ? a : null;
    // Another start than the reduction's own would be lost.
    boolean neutral =
        reducer.identity().apply(List.of(store.value().dtype())).get(0).equals(first.value());
    if (value == null || !neutral || reads(value, store.buffer())) {
      return null;
    }
    return new Stage(store.buffer(), axes, reduced, value, reducer);
  }

  private static boolean reads(Expr value, Buffer buffer) {
    boolean[] found = new boolean[1];
    new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        found[0] |= node instanceof Expr.Load load && load.buffer().equals(buffer);
        return super.expr(node);
      }
    }.expr(value);
    return found[0];
  }

  /**
   * The last stage's tensor.
   *
   * @param operands the buffers that stand for the call's operands
   * @param sizes what the function's symbolic dimensions are
   */
  static Tensor compute(
      List<Stage> stages, List<Buffer> operands, Map<Var, Expr> sizes, Lowering call) {
    Map<Buffer, Tensor> made = new HashMap<>();
    Tensor last = null;
    for (Stage stage : stages) {
      List<Expr> shape =
          stage.output.shape().stream().map(dim -> Substitute.in(dim, sizes)).toList();
      List<String> names = stage.axes.stream().map(Var::name).toList();
      String name = stage.output.name();
      Reducer reducer = stage.reducer;
      if (reducer == null) {
        last =
            Te.compute(
                name,
                shape,
                names,
                Map.of(),
                axes -> value(stage, axes, List.of(), operands, sizes, made, call));
      } else {
        List<ReduceAxis> reduced = new ArrayList<>();
        for (IterVar axis : stage.reduced) {
          reduced.add(Te.reduceAxis(Substitute.in(axis.dom().extent(), sizes), axis.var().name()));
        }
        last =
            Te.reduce(
                name,
                shape,
                names,
                Map.of(),
                axes ->
                    Te.reduction(
                        reducer,
                        List.of(value(stage, axes, reduced, operands, sizes, made, call)),
                        reduced));
      }
      made.put(stage.output, last);
    }
    if (last == null) {
      throw new IllegalArgumentException("the function has no block");
    }
    return last;
  }

  private static Expr value(
      Stage stage,
      Axes axes,
      List<ReduceAxis> reduced,
      List<Buffer> operands,
      Map<Var, Expr> sizes,
      Map<Buffer, Tensor> made,
      Lowering call) {
    Map<Var, Expr> vars = new HashMap<>(sizes);
    for (int i = 0; i < stage.axes.size(); i++) {
      vars.put(stage.axes.get(i), axes.get(i));
    }
    for (int i = 0; i < reduced.size(); i++) {
      vars.put(stage.reduced.get(i).var(), reduced.get(i).var());
    }
    IrRewriter reading =
        new IrRewriter() {
          @Override
          public Expr expr(Expr node) {
            if (node instanceof Var variable) {
              return vars.getOrDefault(variable, variable);
            }
            if (node instanceof Expr.Load(Buffer buffer, List<Expr> indices, Expr predicate)) {
              List<Expr> at = indices.stream().map(this::expr).toList();
              Tensor tensor = made.get(buffer);
              return tensor == null ? call.at(operands.indexOf(buffer), at) : tensor.at(at);
            }
            return super.expr(node);
          }
        };
    return reading.expr(stage.value);
  }
}
