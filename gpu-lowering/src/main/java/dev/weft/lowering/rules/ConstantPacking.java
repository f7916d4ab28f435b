package dev.weft.lowering.rules;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A function whose constant operands are laid out ahead of time: in its packed form ({@link
 * PackedForm}) the blocks that lay constants out in panels are functions of their own, to be run
 * once by the compiler, and their results are operands in place of the constants.
 *
 * <pre>
 * f(X, W, Y):              pack(W, panel):  panel[…] = W[…]
 *   panel[…] = W[…]    →   f(X, panel, Y):
 *   Y[…] += X * panel        Y[…] += X * panel
 * </pre>
 *
 * @param function the function with the panels as operands, behind the operands that it keeps
 * @param kept which of the original operands it keeps, by position
 * @param packings what makes its panels, in the order of its operands
 */
public record ConstantPacking(PrimFunc function, List<Integer> kept, List<Packing> packings) {
  /**
   * Lays out one panel.
   *
   * @param function from the constants to the panel, its last parameter; not scheduled
   * @param operands the constants, as positions among the original operands
   * @param panel what it writes, of constant size
   */
  public record Packing(PrimFunc function, List<Integer> operands, Buffer panel) {
    /** Copies the list. */
    public Packing {
      operands = List.copyOf(operands);
    }
  }

  /** Copies the lists. */
  public ConstantPacking {
    kept = List.copyOf(kept);
    packings = List.copyOf(packings);
  }

  /**
   * Takes what lays constants out, out of a function that nobody scheduled.
   *
   * @param operands how many of the function's first parameters are operands
   * @param constants the operands that are known when the function is compiled, by position
   * @return null if nothing can be done ahead of time
   */
  public static @Nullable ConstantPacking of(
      PrimFunc function, int operands, Set<Integer> constants, Target target) {
    if (!target.isCpu() || constants.isEmpty() || !(function.body() instanceof Stmt.BlockRealize)) {
      return null;
    }
    Set<Buffer> known = new HashSet<>();
    for (int i : constants) {
      Buffer buffer = function.bufferMap().get(function.params().get(i));
      if (buffer != null) {
        known.add(buffer);
      }
    }
    Schedule schedule = Schedule.of(function);
    Inlining.apply(schedule);
    PrimFunc packed = PackedContractions.apply(schedule.function(), target, known);
    return packed == schedule.function() ? null : split(packed, operands, known);
  }

  private static @Nullable ConstantPacking split(
      PrimFunc function, int operands, Set<Buffer> known) {
    if (!(function.body() instanceof Stmt.BlockRealize realize)) {
      return null;
    }
    Stmt.Block root = realize.block();
    List<Stmt> rest = new ArrayList<>();
    List<Packing> packings = new ArrayList<>();
    for (Stmt stmt : root.body() instanceof Stmt.Seq(var all) ? all : List.of(root.body())) {
      Packing packing = packing(function, stmt, operands, known);
      if (packing == null) {
        rest.add(stmt);
      } else {
        packings.add(packing);
      }
    }
    if (packings.isEmpty()) {
      return null;
    }
    List<Buffer> buffers = new ArrayList<>(root.allocBuffers());
    packings.forEach(packing -> buffers.remove(packing.panel()));
    Stmt body = Stmt.seq(rest);
    Set<Buffer> used = new Accesses(body).all();
    List<Integer> kept = new ArrayList<>();
    List<Var> params = new ArrayList<>();
    Map<Var, Buffer> bufferMap = new LinkedHashMap<>(function.bufferMap());
    for (int i = 0; i < operands; i++) {
      Var param = function.params().get(i);
      Buffer buffer = function.bufferMap().get(param);
      if (buffer != null && known.contains(buffer) && !used.contains(buffer)) {
        bufferMap.remove(param);
      } else {
        kept.add(i);
        params.add(param);
      }
    }
    for (Packing packing : packings) {
      Var handle = packing.function().params().getLast();
      params.add(handle);
      bufferMap.put(handle, packing.panel());
    }
    params.addAll(function.params().subList(operands, function.params().size()));
    Stmt.Block newRoot = root.withBody(body).withAllocBuffers(buffers);
    return new ConstantPacking(
        new PrimFunc(params, bufferMap, function.attrs(), realize.withBlock(newRoot)),
        kept,
        packings);
  }

  /** The function that a nest below the root becomes; null if it reads more than constants. */
  private static @Nullable Packing packing(
      PrimFunc function, Stmt nest, int operands, Set<Buffer> known) {
    Stmt.Block block = panelBlock(nest);
    Accesses accesses = new Accesses(nest);
    if (block == null
        || !(block.body() instanceof Stmt.Store store)
        || !known.containsAll(accesses.read)
        || !store.buffer().shape().stream().allMatch(Expr.IntImm.class::isInstance)) {
      return null;
    }
    List<Integer> sources = new ArrayList<>();
    List<Var> params = new ArrayList<>();
    Map<Var, Buffer> bufferMap = new LinkedHashMap<>();
    for (int i = 0; i < operands; i++) {
      Var param = function.params().get(i);
      Buffer buffer = function.bufferMap().get(param);
      if (buffer != null && accesses.read.contains(buffer)) {
        sources.add(i);
        params.add(param);
        bufferMap.put(param, buffer);
      }
    }
    Var handle = Var.of(store.buffer().name() + "_handle", DType.HANDLE);
    params.add(handle);
    bufferMap.put(handle, store.buffer());
    Stmt.Block root =
        new Stmt.Block(
            "root", List.of(), List.of(), List.of(), List.of(), List.of(), Map.of(), null, nest);
    PrimFunc packing =
        new PrimFunc(
                params,
                bufferMap,
                function.attrs(),
                new Stmt.BlockRealize(List.of(), Expr.bool(true), root))
            .withAttr(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm("pack"));
    return new Packing(packing, sources, store.buffer());
  }

  /** The block of a nest that lays a factor out; null for any other nest. */
  private static Stmt.@Nullable Block panelBlock(Stmt nest) {
    Stmt inner = nest;
    while (inner instanceof Stmt.For loop) {
      inner = loop.body();
    }
    return inner instanceof Stmt.BlockRealize realize
            && realize.block().annotations().containsKey(PackedForm.PANEL)
        ? realize.block()
        : null;
  }

  /** The buffers that a statement reads and writes. */
  private static final class Accesses extends IrWalker {
    final Set<Buffer> read = new LinkedHashSet<>();
    final Set<Buffer> written = new LinkedHashSet<>();

    Accesses(Stmt stmt) {
      stmt(stmt);
    }

    Set<Buffer> all() {
      Set<Buffer> all = new HashSet<>(read);
      all.addAll(written);
      return all;
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Store store) {
        written.add(store.buffer());
      }
      super.stmt(node);
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load load) {
        read.add(load.buffer());
      }
      super.expr(node);
    }
  }
}
