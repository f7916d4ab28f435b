package dev.weft.tir.te;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Builds one function: orders the operations, gives every tensor a buffer, collects the blocks. */
final class FunctionBuilder {
  private final List<Tensor> params;
  private final List<Var> scalars;

  /** Operations by identity: two that compute the same number are equal as records. */
  private final Map<Operation, List<Tensor>> outputs = new IdentityHashMap<>();

  private final Set<Operation> visited = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Operation> ordered = new ArrayList<>();
  private final Map<Buffer, Buffer> buffers = new LinkedHashMap<>();

  FunctionBuilder(List<Tensor> params, List<Var> scalars) {
    this.params = List.copyOf(params);
    this.scalars = List.copyOf(scalars);
  }

  PrimFunc build(String name) {
    List<Var> vars = new ArrayList<>();
    Map<Var, Buffer> bufferMap = new LinkedHashMap<>();
    for (Tensor param : params) {
      if (buffers.containsKey(param.buffer())) {
        throw new IllegalArgumentException(
            "Te.primFunc '" + name + "': '" + param.name() + "' is a parameter twice");
      }
      Var handle = Var.of("var_" + param.name(), DType.HANDLE);
      vars.add(handle);
      bufferMap.put(handle, ownBuffer(param));
    }
    vars.addAll(scalars);
    params.forEach(this::visit);
    List<Buffer> allocations = new ArrayList<>();
    List<Stmt> stages = new ArrayList<>();
    BlockNames names = new BlockNames();
    for (Operation operation : ordered) {
      List<Tensor> results = sorted(operation);
      for (Tensor result : results) {
        if (!buffers.containsKey(result.buffer())) {
          allocations.add(ownBuffer(result));
        }
      }
      stages.addAll(new StageBuilder(buffers, names).stages(operation, results));
    }
    Map<String, AttrValue> attrs = new LinkedHashMap<>();
    attrs.put(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm(name));
    attrs.put(PrimFunc.NOALIAS, Expr.bool(true));
    List<AttrValue> layoutFree = layoutFreeParams();
    if (!layoutFree.isEmpty()) {
      attrs.put(Te.LAYOUT_FREE_BUFFERS, new AttrValue.Items(layoutFree));
    }
    return new PrimFunc(vars, bufferMap, attrs, root(allocations, Stmt.seq(stages)));
  }

  /** The positions of the parameters that some operation says may be laid out anew. */
  private List<AttrValue> layoutFreeParams() {
    Set<AttrValue> named = new HashSet<>();
    for (Operation operation : ordered) {
      if (operation instanceof Operation.Compute compute) {
        AttrValue value = compute.annotations().get(Te.LAYOUT_FREE_PLACEHOLDERS);
        if (value instanceof AttrValue.Items(List<AttrValue> buffers)) {
          named.addAll(buffers);
        }
      }
    }
    List<AttrValue> positions = new ArrayList<>();
    for (int i = 0; i < params.size(); i++) {
      if (named.contains(params.get(i).buffer())) {
        positions.add(Expr.int32(i));
      }
    }
    return positions;
  }

  private static Stmt root(List<Buffer> allocations, Stmt body) {
    Stmt.Block block =
        new Stmt.Block(
            "root", List.of(), List.of(), List.of(), allocations, List.of(), Map.of(), null, body);
    return new Stmt.BlockRealize(List.of(), Expr.bool(true), block);
  }

  private Buffer ownBuffer(Tensor tensor) {
    Buffer own = Buffer.of(tensor.name(), tensor.dtype(), Scope.GLOBAL, tensor.shape());
    buffers.put(tensor.buffer(), own);
    return own;
  }

  /** An operation's outputs in order; a tuple's components all exist, used or not. */
  private List<Tensor> sorted(Operation operation) {
    List<Tensor> known = outputs.getOrDefault(operation, List.of());
    if (operation instanceof Operation.Compute compute) {
      List<Tensor> all = new ArrayList<>();
      for (int i = 0; i < compute.expressions().size(); i++) {
        int index = i;
        all.add(
            known.stream()
                .filter(tensor -> tensor.output() == index)
                .findFirst()
                .orElseGet(() -> known.get(0).sibling(index)));
      }
      return all;
    }
    if (operation instanceof Operation.Pointwise) {
      return known.get(0).siblings();
    }
    return known.stream().sorted(Comparator.comparingInt(Tensor::output)).toList();
  }

  /** Depth first: an operation comes behind all that it uses. */
  private void visit(Tensor tensor) {
    Operation operation = tensor.operation();
    List<Tensor> known = outputs.computeIfAbsent(operation, _ -> new ArrayList<>());
    if (!known.contains(tensor)) {
      known.add(tensor);
    }
    if (visited.contains(operation)) {
      return;
    }
    switch (operation) {
      case Operation.Placeholder _ -> {
        if (!buffers.containsKey(tensor.buffer())) {
          throw new IllegalArgumentException(
              "Te.primFunc: placeholder '" + tensor.name() + "' is used but is no parameter");
        }
        return;
      }
      case Operation.Compute compute -> inputs(compute).forEach(this::visit);
      case Operation.Extern extern -> extern.inputs().forEach(this::visit);
      case Operation.Pointwise points -> points.inputs().forEach(this::visit);
    }
    visited.add(operation);
    ordered.add(operation);
  }

  private static Set<Tensor> inputs(Operation.Compute compute) {
    Set<Tensor> inputs = new LinkedHashSet<>();
    IrWalker walker =
        new IrWalker() {
          @Override
          public void expr(Expr node) {
            if (node instanceof Expr.Load load) {
              Tensor tensor = Te.tensorOf(load.buffer());
              if (tensor != null) {
                inputs.add(tensor);
              }
            }
            super.expr(node);
          }
        };
    compute.expressions().forEach(walker::expr);
    return inputs;
  }

  /** Block names, unique within the function. */
  static final class BlockNames {
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> counts = new HashMap<>();

    BlockNames() {
      taken.add("root");
    }

    String unique(String hint) {
      String name = hint;
      while (!taken.add(name)) {
        name = hint + "_" + counts.merge(hint, 1, Integer::sum);
      }
      return name;
    }
  }
}
