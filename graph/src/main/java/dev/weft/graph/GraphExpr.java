package dev.weft.graph;

import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.op.Operator;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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
   * @param attributes what else the function is told
   */
  record CallPacked(
      String name, List<GraphExpr> args, List<TensorType> outputs, Map<String, String> attributes)
      implements GraphExpr {
    /** Copies the collections. */
    public CallPacked {
      args = List.copyOf(args);
      outputs = List.copyOf(outputs);
      attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
      if (outputs.isEmpty()) {
        throw new IllegalArgumentException("CallPacked of '" + name + "' has no output");
      }
    }

    /** A call of a function that is told nothing else. */
    public CallPacked(String name, List<GraphExpr> args, List<TensorType> outputs) {
      this(name, args, outputs, Map.of());
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
   * A choice. The bodies may use variables and symbols from around them and give as many values, of
   * the same element types and numbers of dimensions.
   *
   * @param condition a bool tensor of one element
   * @param then carried out if the condition holds
   * @param otherwise carried out if not
   * @param type of the one value, or the tuple of several; a symbol in it that isn't known before
   *     is given its value by the shape of the value
   */
  record If(GraphExpr condition, Body then, Body otherwise, GraphType type) implements GraphExpr {
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
  }

  /**
   * A loop: at most {@code trips} rounds, and as long as the condition holds if there is one. The
   * body may use variables and symbols from around it. It gives the next condition if there is one,
   * the next carried values, and then one slice for each stacked result.
   *
   * @param trips the number of rounds at most
   * @param condition bool tensor of one element that must hold for the first round; null for a loop
   *     that is only counted
   * @param initial the carried values before the first round
   * @param index the size that counts the rounds from 0, known in the body
   * @param params what the body calls the carried values; a symbol in their types that isn't known
   *     outside is given its value by each round's value
   * @param body one round
   * @param type the last carried values, then the slices of all rounds, one behind the other along
   *     a new first dimension; symbols as in {@link If}
   */
  record Loop(
      IntExpr trips,
      @Nullable GraphExpr condition,
      List<GraphExpr> initial,
      String index,
      List<GraphVar> params,
      Body body,
      TupleType type)
      implements GraphExpr {
    /** Copies the lists and checks their lengths. */
    public Loop {
      initial = List.copyOf(initial);
      params = List.copyOf(params);
      int given = body.results().size() - (condition == null ? 0 : 1);
      if (params.size() != initial.size()
          || given < initial.size()
          || type.fields().size() != given) {
        throw new IllegalArgumentException(
            "Loop with "
                + initial.size()
                + " carried values has "
                + params.size()
                + " parameters, "
                + body.results().size()
                + " results and the type "
                + type);
      }
    }

    /** The next carried values. */
    public List<GraphExpr> next() {
      int begin = condition == null ? 0 : 1;
      return body.results().subList(begin, begin + initial.size());
    }

    /** The slices. */
    public List<GraphExpr> slices() {
      int begin = (condition == null ? 0 : 1) + initial.size();
      return body.results().subList(begin, body.results().size());
    }
  }

  private static GraphType resultType(List<TensorType> outputs) {
    return outputs.size() == 1 ? outputs.get(0) : new TupleType(List.copyOf(outputs));
  }
}
