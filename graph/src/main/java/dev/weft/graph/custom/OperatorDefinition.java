package dev.weft.graph.custom;

import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.graph.op.Lowering;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.te.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an operator of the application computes: its shape rule and its body. One that is given as a
 * tensor expression or a TVMScript function is compiled as a built-in one is: fused with what is
 * around it, scheduled by analysis, on every backend.
 *
 * <pre>{@code
 * OperatorDefinition scaledSquare =
 *     OperatorDefinition.expression(
 *         "scaled_square",
 *         (operands, attributes) -> operands.get(0),
 *         (call, attributes) ->
 *             Te.compute(
 *                 "scaled_square",
 *                 call.shape(),
 *                 i -> {
 *                   Expr x = call.at(0, i.list());
 *                   return Expr.mul(Expr.mul(x, x), Expr.imm(x.dtype(), attributes.number("by", 1)));
 *                 }));
 * }</pre>
 *
 * @param name in lower case, as it appears in the text form and in kernel names
 * @param rule the types of the results
 * @param body what computes them
 */
public record OperatorDefinition(String name, TypeRule rule, Body body) {
  /** A shape rule. */
  @FunctionalInterface
  public interface TypeRule {
    /**
     * The type of the result.
     *
     * @param operands the operands' types; their dimensions may be symbolic
     * @throws TypeException if the operator does not take such operands
     */
    TensorType infer(List<TensorType> operands, NodeAttributes attributes);
  }

  /** An operator as a tensor expression. */
  @FunctionalInterface
  public interface Computation {
    /**
     * The result as a tensor expression of the type that the shape rule gives.
     *
     * @param call the operands, and the sizes as expressions
     */
    Tensor compute(Lowering call, NodeAttributes attributes);
  }

  /** What computes the results. */
  public sealed interface Body {
    /** A tensor expression. */
    record Expression(Computation computation) implements Body {}

    /** A TensorIR function; its type rule is that of its buffers. */
    record Script(ScriptFunction function) implements Body {}

    /** A Java function that the application registers with the model under this name. */
    record External(String function) implements Body {}
  }

  /** Checks the name. */
  public OperatorDefinition {
    if (!name.matches("[a-z_][a-z0-9_]*")) {
      throw new IllegalArgumentException(
          "OperatorDefinition.name must be of lower-case letters, digits and _, got '"
              + name
              + "'");
    }
  }

  /** An operator given by a tensor expression. */
  public static OperatorDefinition expression(String name, TypeRule rule, Computation computation) {
    return new OperatorDefinition(name, rule, new Body.Expression(computation));
  }

  /**
   * An operator given by a TVMScript function: its parameters are the operands' buffers, the
   * results' buffers, and then scalars, which get their values from the node's attributes of the
   * same names. Dimensions may be symbolic ({@code n = T.int32()}). The shape rule is read off the
   * buffers.
   *
   * @throws dev.weft.tir.script.ScriptException if the text is no function; says where
   */
  public static OperatorDefinition script(String name, String text) {
    return script(name, TvmScript.parseFunction(text));
  }

  /** An operator given by a TensorIR function; see {@link #script(String, String)}. */
  public static OperatorDefinition script(String name, PrimFunc function) {
    ScriptFunction script = ScriptFunction.of(name, function);
    return new OperatorDefinition(
        name,
        (operands, attributes) -> {
          List<TensorType> results = script.infer(operands);
          if (results.size() != 1) {
            throw new TypeException("the function has " + results.size() + " results", name);
          }
          return results.get(0);
        },
        new Body.Script(script));
  }

  /**
   * An operator that a Java function computes on host tensors, between kernels; for what a compiler
   * can't do. The application registers the function under the same name with the model.
   */
  public static OperatorDefinition external(String name, TypeRule rule) {
    return new OperatorDefinition(name, rule, new Body.External(name));
  }

  /** The TVMScript function; null if the body is another one. */
  public @Nullable ScriptFunction scriptFunction() {
    return body instanceof Body.Script(ScriptFunction function) ? function : null;
  }
}
