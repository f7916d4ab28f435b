package dev.weft.graph.pattern;

import dev.weft.graph.Graph;
import dev.weft.graph.GraphChildren;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphMutator;
import dev.weft.graph.GraphTypes;
import dev.weft.graph.GraphVar;
import dev.weft.graph.op.Operator;
import dev.weft.graph.pass.GraphPass;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pass that rewrites what matches a pattern. This one takes away negations of negations:
 *
 * <pre>{@code
 * Pattern x = Pattern.any();
 * Pattern negation = Pattern.op(Unary.class, op -> op.function() == NEG, x);
 * Pattern twice = Pattern.op(Unary.class, op -> op.function() == NEG, negation);
 * GraphPass pass = new RewritePass("no_double_negation", twice, (match, emit) -> match.get(x));
 * Model model = Weft.load(path).rewritten(pass).compile("best");
 * }</pre>
 *
 * <p>What the rewriting leaves without use is dropped by the compiler's own passes.
 */
public final class RewritePass implements GraphPass {
  /** Emits bindings in front of the expression that is rewritten. */
  @FunctionalInterface
  public interface Emitter {
    /** Binds a call of an operator; gives the variable. */
    GraphExpr emit(Operator op, GraphExpr... args);
  }

  /** What an expression that matches becomes. */
  @FunctionalInterface
  public interface Rewriting {
    /**
     * The new expression, which must have the same type.
     *
     * @return a variable, a constant or a call; null to leave the expression as it is
     */
    @Nullable GraphExpr apply(Match match, Emitter emitter);
  }

  private final String name;
  private final Pattern pattern;
  private final Rewriting rewriting;

  /**
   * @param name of the pass, for dumps and errors
   * @param pattern what is looked for
   * @param rewriting what it becomes
   */
  public RewritePass(String name, Pattern pattern, Rewriting rewriting) {
    this.name = name;
    this.pattern = pattern;
    this.rewriting = rewriting;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Graph apply(Graph graph) {
    Map<String, GraphFunction> functions = new LinkedHashMap<>();
    graph
        .functions()
        .forEach(
            (key, function) ->
                functions.put(
                    key,
                    function.isPrimitive() ? function : new Mutator(function).mutate(function)));
    return new Graph(functions, graph.primFuncs());
  }

  private final class Mutator extends GraphMutator {
    private final IdentityHashMap<GraphVar, Integer> uses = new IdentityHashMap<>();

    Mutator(GraphFunction function) {
      GraphChildren.forEachOperand(
          function.body(),
          operand -> {
            if (operand instanceof GraphVar variable) {
              uses.merge(variable, 1, Integer::sum);
            }
          });
    }

    @Override
    protected GraphExpr rewrite(GraphVar variable, GraphExpr value) {
      Match match = Match.of(pattern, value, this::definition, used -> uses.getOrDefault(used, 1));
      if (match == null) {
        return value;
      }
      GraphExpr result = rewriting.apply(match, (op, args) -> emit(op.name(), op, args));
      if (result == null) {
        return value;
      }
      if (!GraphTypes.equal(result.type(), value.type())) {
        throw new IllegalStateException(
            "the pass "
                + name
                + " makes a "
                + result.type()
                + " of '"
                + variable.name()
                + "', which is a "
                + value.type());
      }
      return result;
    }
  }
}
