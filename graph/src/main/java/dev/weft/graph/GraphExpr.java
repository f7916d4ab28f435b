package dev.weft.graph;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.op.Operator;
import java.util.List;

/**
 * An expression of the graph IR. All of them are here; {@link GraphVar} has a file of its own
 * because it has identity. In A-normal form the operands of every expression are {@linkplain
 * #isAtom atoms}; anything else is bound to a variable first.
 */
public sealed interface GraphExpr
    permits GraphVar,
        GraphExpr.Constant,
        GraphExpr.Call,
        GraphExpr.CallTir,
        GraphExpr.CallFunction,
        GraphExpr.CallPacked,
        GraphExpr.Tuple,
        GraphExpr.TupleGet,
        GraphExpr.BindSizes,
        GraphExpr.If,
        GraphExpr.Loop {
  /** The type of the value. */
  GraphType type();

  /** Whether this may be an operand: a variable or a constant. */
  default boolean isAtom() {
    return this instanceof GraphVar || this instanceof Constant;
  }

  /**
   * A tensor that is known at compile time.
   *
   * @param name what the model calls it, for people and for the weights file; may be empty
   * @param value the elements; not to be written to
   */
  record Constant(String name, Tensor value) implements GraphExpr {
    @Override
    public TensorType type() {
      return new TensorType(Shape.of(value.shape()), value.dtype());
    }
  }

  /**
   * A call of an operator of the inventory. The operator holds its attributes.
   *
   * @param op the operator with its attributes
   * @param args the operands
   * @param type what the operator's type rule gives for them
   */
  record Call(Operator op, List<GraphExpr> args, GraphType type) implements GraphExpr {
    /** Copies the list. */
    public Call {
      args = List.copyOf(args);
    }

    /**
     * A call, typed by the operator's rule.
     *
     * @throws TypeException if the operator does not take such operands
     */
    public static Call of(Operator op, List<? extends GraphExpr> args) {
      List<GraphType> types = args.stream().map(GraphExpr::type).toList();
      return new Call(op, List.copyOf(args), op.infer(types));
    }
  }

  /**
   * A call of a TensorIR function of the graph's module in destination-passing style: the outputs
   * are allocated, then the function is called with the operands followed by the outputs.
   *
   * @param function name of the function in {@link Graph#primFuncs}
   * @param args tensors
   * @param outputs the type of each output
   * @param sizes the function's scalar parameters, which follow the outputs: sizes that can't be
   *     read off the shapes of the tensors
   */
  record CallTir(
      String function, List<GraphExpr> args, List<TensorType> outputs, List<IntExpr> sizes)
      implements GraphExpr {
    /** Copies the lists. */
    public CallTir {
      args = List.copyOf(args);
      sizes = List.copyOf(sizes);
      outputs = List.copyOf(outputs);
      if (outputs.isEmpty()) {
        throw new IllegalArgumentException("CallTir of '" + function + "' has no output");
      }
    }

    /** A call of a function without scalar parameters. */
    public CallTir(String function, List<GraphExpr> args, List<TensorType> outputs) {
      this(function, args, outputs, List.of());
    }

    /** The type of the one output, or the tuple of several. */
    @Override
    public GraphType type() {
      return resultType(outputs);
    }
  }

  /**
   * A call of another function of the graph.
   *
   * @param function name of the function in {@link Graph#functions}
   * @param args one operand a parameter
   * @param type the type of the one result, or the tuple of several
   */
  record CallFunction(String function, List<GraphExpr> args, GraphType type) implements GraphExpr {
    /** Copies the list. */
    public CallFunction {
      args = List.copyOf(args);
    }
  }

  /**
   * A call of a Java function that the application registers, in destination-passing style.
   *
   * @param name the name that it is registered under
   * @param args tensors
   * @param outputs the type of each output
   */
  record CallPacked(String name, List<GraphExpr> args, List<TensorType> outputs)
      implements GraphExpr {
    /** Copies the lists. */
    public CallPacked {
      args = List.copyOf(args);
      outputs = List.copyOf(outputs);
      if (outputs.isEmpty()) {
        throw new IllegalArgumentException("CallPacked of '" + name + "' has no output");
      }
    }

    /** The type of the one output, or the tuple of several. */
    @Override
    public GraphType type() {
      return resultType(outputs);
    }
  }

  /** Several values as one. */
  record Tuple(List<GraphExpr> fields) implements GraphExpr {
    /** Copies the list. */
    public Tuple {
      fields = List.copyOf(fields);
    }

    @Override
    public TupleType type() {
      return new TupleType(fields.stream().map(GraphExpr::type).toList());
    }
  }

  /** One field of a tuple. */
  record TupleGet(GraphExpr tuple, int index) implements GraphExpr {
    /** Checks that there is such a field. */
    public TupleGet {
      if (!(tuple.type() instanceof TupleType(List<GraphType> fields))) {
        throw new IllegalArgumentException("TupleGet.tuple must be a tuple, got " + tuple.type());
      }
      if (index < 0 || index >= fields.size()) {
        throw new IllegalArgumentException(
            "TupleGet.index must be in 0.." + (fields.size() - 1) + ", got " + index);
      }
    }

    @Override
    public GraphType type() {
      return tuple.type() instanceof TupleType(List<GraphType> fields)
          ? fields.get(index)
          : tuple.type();
    }
  }

  /**
   * Gives symbols their values while the model runs: reads integers off tensors on the host, works
   * out sizes of them, and checks what must hold. The symbols are known behind the binding, as
   * those of the parameters' shapes are everywhere. In order: the reads, the sizes (each may use
   * those before it), the checks.
   *
   * @param where the model's node that asks, for errors
   * @param reads numbers, which may be negative, for the sizes and checks of this binding only
   * @param sizes new symbols; their values may not be negative, which is checked
   * @param checks what must hold
   */
  record BindSizes(String where, List<Read> reads, List<Size> sizes, List<Check> checks)
      implements GraphExpr {
    /**
     * An element of a tensor.
     *
     * @param name what the sizes and checks call it
     * @param tensor of integers or bool
     * @param index the element's position in row-major order
     */
    public record Read(String name, GraphExpr tensor, IntExpr index) {}

    /**
     * A symbol and its value.
     *
     * @param symbol the symbol's name, unique in the function
     * @param value an expression over reads and symbols
     */
    public record Size(String symbol, IntExpr value) {}

    /**
     * What must hold.
     *
     * @param condition not 0 if it does; see {@link SizeLogic}
     * @param otherwise what is wrong if it doesn't
     */
    public record Check(IntExpr condition, String otherwise) {}

    /** Copies the lists. */
    public BindSizes {
      reads = List.copyOf(reads);
      sizes = List.copyOf(sizes);
      checks = List.copyOf(checks);
    }

    /** The symbols. */
    @Override
    public ShapeType type() {
      return new ShapeType(
          new Shape(sizes.stream().map(size -> IntExpr.symbol(size.symbol())).toList()));
    }
  }

  /**
   * A choice. The bodies may use variables from around them and give values of the same types.
   *
   * @param condition a bool tensor of one element
   * @param then carried out if the condition holds
   * @param otherwise carried out if not
   */
  record If(GraphExpr condition, Body then, Body otherwise) implements GraphExpr {
    /** Checks that both bodies give as many values. */
    public If {
      if (then.results().size() != otherwise.results().size()) {
        throw new IllegalArgumentException(
            "If: the bodies give "
                + then.results().size()
                + " and "
                + otherwise.results().size()
                + " values");
      }
    }

    @Override
    public GraphType type() {
      return then.type();
    }
  }

  /**
   * A loop in the manner of ONNX: it runs while the condition holds and fewer than {@code maxTrips}
   * rounds are done. The body's parameters are the round's number (int64, no dimension), the
   * condition and the carried values; it gives the next condition, the next carried values and one
   * slice for each stacked output.
   *
   * @param maxTrips int64 tensor of one element
   * @param condition bool tensor of one element
   * @param initial the carried values before the first round
   * @param params the body's parameters
   * @param body one round
   * @param type the last carried values, then the stacked outputs
   */
  record Loop(
      GraphExpr maxTrips,
      GraphExpr condition,
      List<GraphExpr> initial,
      List<GraphVar> params,
      Body body,
      TupleType type)
      implements GraphExpr {
    /** Copies the lists and checks their lengths. */
    public Loop {
      initial = List.copyOf(initial);
      params = List.copyOf(params);
      if (params.size() != initial.size() + 2 || body.results().size() < initial.size() + 1) {
        throw new IllegalArgumentException(
            "Loop with "
                + initial.size()
                + " carried values has "
                + params.size()
                + " parameters and "
                + body.results().size()
                + " results");
      }
    }
  }

  private static GraphType resultType(List<TensorType> outputs) {
    return outputs.size() == 1 ? outputs.get(0) : new TupleType(List.copyOf(outputs));
  }
}
