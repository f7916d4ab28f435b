package dev.weft.graph.pattern;

import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.op.Operator;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** What each part of a pattern stands for. */
public final class Match {
  private final Function<GraphExpr, @Nullable GraphExpr> definition;
  private final ToIntFunction<GraphVar> uses;
  private IdentityHashMap<Pattern, GraphExpr> found = new IdentityHashMap<>();

  private Match(Function<GraphExpr, @Nullable GraphExpr> definition, ToIntFunction<GraphVar> uses) {
    this.definition = definition;
    this.uses = uses;
  }

  /**
   * Matches an expression; null if it doesn't look like the pattern.
   *
   * @param definition what a variable is bound to, as far as it is known; constants themselves
   * @param uses in how many places a variable is used
   */
  public static @Nullable Match of(
      Pattern pattern,
      GraphExpr value,
      Function<GraphExpr, @Nullable GraphExpr> definition,
      ToIntFunction<GraphVar> uses) {
    Match match = new Match(definition, uses);
    return match.matches(pattern, value) ? match : null;
  }

  /**
   * What a part of the pattern stands for: an atom, or the whole expression.
   *
   * @throws IllegalArgumentException if the pattern has no such part, or another choice was taken
   */
  public GraphExpr get(Pattern part) {
    GraphExpr value = found.get(part);
    if (value == null) {
      throw new IllegalArgumentException("the pattern has no such part, or it took another choice");
    }
    return value;
  }

  /** Whether a part of the pattern stands for something, which one of several choices may not. */
  public boolean has(Pattern part) {
    return found.containsKey(part);
  }

  /** The variables, in no order, whose calls of operators are parts of the match. */
  public Set<GraphVar> calls() {
    Set<GraphVar> calls = Collections.newSetFromMap(new IdentityHashMap<>());
    found.forEach(
        (part, value) -> {
          if (part instanceof Pattern.Op && value instanceof GraphVar variable) {
            calls.add(variable);
          }
        });
    return calls;
  }

  /**
   * The operator of a part that is a call.
   *
   * @throws IllegalArgumentException if it isn't one of that class
   */
  public <T extends Operator> T op(Pattern part, Class<T> type) {
    if (resolved(get(part)) instanceof GraphExpr.Call call && type.isInstance(call.op())) {
      return type.cast(call.op());
    }
    throw new IllegalArgumentException("the part is no call of a " + type.getSimpleName());
  }

  private @Nullable GraphExpr resolved(GraphExpr value) {
    return value.isAtom() ? definition.apply(value) : value;
  }

  private boolean matches(Pattern pattern, GraphExpr value) {
    GraphExpr before = found.get(pattern);
    if (before != null) {
      return isSame(before, value);
    }
    boolean fits =
        switch (pattern) {
          case Pattern.Any any -> true;
          case Pattern.Constant constant -> resolved(value) instanceof GraphExpr.Constant;
          case Pattern.Op op ->
              resolved(value) instanceof GraphExpr.Call(Operator operator, var args, var type)
                  && op.operator.test(operator)
                  && all(op.operands, args);
          case Pattern.Tuple tuple ->
              resolved(value) instanceof GraphExpr.Tuple(var fields) && all(tuple.fields, fields);
          case Pattern.Field field ->
              resolved(value) instanceof GraphExpr.TupleGet(var tuple, int index)
                  && index == field.index
                  && matches(field.tuple, tuple);
          case Pattern.Either either -> first(either.choices, value);
          case Pattern.Where where -> matches(where.pattern, value) && where.condition.test(value);
          case Pattern.UsedOnce once ->
              value instanceof GraphVar variable
                  && uses.applyAsInt(variable) == 1
                  && matches(once.pattern, value);
        };
    if (fits) {
      found.put(pattern, value);
    }
    return fits;
  }

  private boolean all(List<Pattern> patterns, List<GraphExpr> values) {
    if (patterns.size() != values.size()) {
      return false;
    }
    for (int i = 0; i < patterns.size(); i++) {
      if (!matches(patterns.get(i), values.get(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean first(List<Pattern> choices, GraphExpr value) {
    IdentityHashMap<Pattern, GraphExpr> before = new IdentityHashMap<>(found);
    for (Pattern choice : choices) {
      if (matches(choice, value)) {
        return true;
      }
      found = new IdentityHashMap<>(before);
    }
    return false;
  }

  @SuppressWarnings("ReferenceEquality") // Variables have identity.
  private static boolean isSame(GraphExpr a, GraphExpr b) {
    return a == b
        || (a instanceof GraphExpr.Constant x
            && b instanceof GraphExpr.Constant y
            && x.value() == y.value());
  }
}
