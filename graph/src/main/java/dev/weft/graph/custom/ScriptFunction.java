package dev.weft.graph.custom;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.graph.op.Lowering;
import dev.weft.graph.op.SizeVars;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A TensorIR function as an operator: operands' buffers, results' buffers (those that it writes),
 * then scalars.
 */
public final class ScriptFunction {
  private final String name;
  private final PrimFunc function;
  private final List<Buffer> operands;
  private final List<Buffer> results;

  private ScriptFunction(
      String name, PrimFunc function, List<Buffer> operands, List<Buffer> results) {
    this.name = name;
    this.function = function;
    this.operands = List.copyOf(operands);
    this.results = List.copyOf(results);
  }

  static ScriptFunction of(String name, PrimFunc function) {
    Set<Buffer> written = new HashSet<>();
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Store store) {
          written.add(store.buffer());
        }
        super.stmt(node);
      }
    }.stmt(function.body());
    List<Buffer> buffers = function.paramBuffers();
    int first = buffers.size();
    while (first > 0 && written.contains(buffers.get(first - 1))) {
      first--;
    }
    List<Buffer> operands = buffers.subList(0, first);
    if (first == buffers.size() || operands.stream().anyMatch(written::contains)) {
      throw new IllegalArgumentException(
          "the function '"
              + name
              + "' must have its operands' buffers first and then those that it writes");
    }
    return new ScriptFunction(name, function, operands, buffers.subList(first, buffers.size()));
  }

  /** The function itself. */
  public PrimFunc function() {
    return function;
  }

  /** Number of operands. */
  public int count() {
    return operands.size();
  }

  /** The function with its scalar parameters replaced by the node's attributes. */
  public ScriptFunction withAttributes(NodeAttributes attributes) {
    Map<Var, Expr> values = new LinkedHashMap<>();
    List<Var> params = new ArrayList<>();
    for (Var param : function.params()) {
      if (function.bufferMap().containsKey(param)) {
        params.add(param);
      } else if (!attributes.has(param.name())) {
        throw new TypeException(
            "the function has the parameter '"
                + param.name()
                + "', and the node no attribute of this name",
            name);
      } else if (param.dtype().isFloat()) {
        values.put(param, Expr.imm(param.dtype(), attributes.number(param.name(), 0)));
      } else {
        values.put(param, Expr.imm(param.dtype(), attributes.integer(param.name(), 0)));
      }
    }
    if (values.isEmpty()) {
      return this;
    }
    Stmt body = Substitute.in(function.body(), values);
    return new ScriptFunction(
        name,
        new PrimFunc(params, function.bufferMap(), function.attrs(), body),
        operands,
        results);
  }

  /**
   * The types of the results.
   *
   * @throws TypeException if the operands don't fit the function's buffers
   */
  public List<TensorType> infer(List<TensorType> types) {
    if (types.size() != operands.size()) {
      throw new TypeException("takes " + operands.size() + " operands, got " + types.size(), name);
    }
    Map<String, IntExpr> sizes = new HashMap<>();
    Set<Var> symbols = symbols();
    for (int i = 0; i < types.size(); i++) {
      TensorType type = types.get(i);
      Buffer buffer = operands.get(i);
      if (!buffer.dtype().equals(type.dtype()) || buffer.shape().size() != type.rank()) {
        throw mismatch(type, buffer);
      }
      for (int d = 0; d < type.rank(); d++) {
        if (buffer.shape().get(d) instanceof Var symbol) {
          sizes.putIfAbsent(symbol.name(), type.dim(d));
        }
      }
    }
    for (int i = 0; i < types.size(); i++) {
      TensorType type = types.get(i);
      Shape wanted = shape(operands.get(i), symbols, sizes);
      for (int d = 0; d < type.rank(); d++) {
        if (!SizeAlgebra.equal(wanted.dim(d), type.dim(d))) {
          throw mismatch(type, operands.get(i));
        }
      }
    }
    List<TensorType> inferred = new ArrayList<>();
    for (Buffer result : results) {
      inferred.add(new TensorType(shape(result, symbols, sizes), result.dtype()));
    }
    return inferred;
  }

  private TypeException mismatch(TensorType type, Buffer buffer) {
    return new TypeException(
        "the buffer '"
            + buffer.name()
            + "' is "
            + buffer.dtype()
            + buffer.shape()
            + ", the operand is "
            + type,
        name);
  }

  private Set<Var> symbols() {
    Set<Var> symbols = new HashSet<>();
    for (Buffer buffer : operands) {
      for (Expr dim : buffer.shape()) {
        if (dim instanceof Var symbol) {
          symbols.add(symbol);
        }
      }
    }
    return symbols;
  }

  private Shape shape(Buffer buffer, Set<Var> symbols, Map<String, IntExpr> sizes) {
    SizeVars vars = SizeVars.over(symbols);
    List<IntExpr> dims = new ArrayList<>();
    for (Expr dim : buffer.shape()) {
      try {
        dims.add(SizeAlgebra.simplify(vars.size(dim).substitute(sizes)));
      } catch (IllegalArgumentException e) {
        throw new TypeException(
            "the size " + dim + " of '" + buffer.name() + "' is none of the operands' sizes", name);
      }
    }
    return new Shape(dims);
  }

  /**
   * Whether the function is made of blocks that each give one tensor by a formula or a reduction,
   * so that it can be fused; otherwise it stays a kernel of its own.
   */
  public boolean isExpression() {
    return results.size() == 1 && stages() != null;
  }

  private @Nullable List<ScriptStages.Stage> stages() {
    List<ScriptStages.Stage> stages = ScriptStages.of(function);
    boolean whole =
        stages != null
            && !stages.isEmpty()
            && stages.getLast().output().equals(results.get(0))
            && function.bufferMap().size() == function.params().size();
    return whole ? stages : null;
  }

  /** The function as tensor expressions; see {@link #isExpression}. */
  Tensor compute(Lowering call) {
    List<ScriptStages.Stage> stages = stages();
    if (stages == null) {
      throw new IllegalArgumentException("the function '" + name + "' is no tensor expression");
    }
    Map<Var, Expr> sizes = new HashMap<>();
    for (int i = 0; i < operands.size(); i++) {
      for (int d = 0; d < operands.get(i).shape().size(); d++) {
        if (operands.get(i).shape().get(d) instanceof Var symbol) {
          sizes.putIfAbsent(symbol, call.dim(i, d));
        }
      }
    }
    return ScriptStages.compute(stages, operands, sizes, call);
  }
}
