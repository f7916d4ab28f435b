package dev.weft.graph.pattern;

import dev.weft.graph.GraphExpr;
import dev.weft.graph.op.Operator;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * What an expression may look like: a tree over the operands, through the bindings of variables. A
 * pattern that occurs twice in a tree stands for the same value in both places.
 *
 * <pre>{@code
 * Pattern x = Pattern.any();
 * Pattern scale = Pattern.constant();
 * Pattern scaled = Pattern.op(Binary.class, op -> op.function() == MULTIPLY, x, scale);
 * Pattern relu = Pattern.op(Unary.class, op -> op.function() == RELU, scaled.usedOnce());
 * }</pre>
 */
public sealed interface Pattern {
  /** Anything. */
  final class Any implements Pattern {
    private Any() {}
  }

  /** A tensor that is known at compile time. */
  final class Constant implements Pattern {
    private Constant() {}
  }

  /** A call of an operator on operands that match. */
  final class Op implements Pattern {
    final Predicate<Operator> operator;
    final List<Pattern> operands;

    private Op(Predicate<Operator> operator, List<Pattern> operands) {
      this.operator = operator;
      this.operands = operands;
    }
  }

  /** A tuple whose fields match. */
  final class Tuple implements Pattern {
    final List<Pattern> fields;

    private Tuple(List<Pattern> fields) {
      this.fields = fields;
    }
  }

  /** A field of a tuple. */
  final class Field implements Pattern {
    final Pattern tuple;
    final int index;

    private Field(Pattern tuple, int index) {
      this.tuple = tuple;
      this.index = index;
    }
  }

  /** The first of some patterns that matches. */
  final class Either implements Pattern {
    final List<Pattern> choices;

    private Either(List<Pattern> choices) {
      this.choices = choices;
    }
  }

  /** What matches and fulfils a condition on the expression. */
  final class Where implements Pattern {
    final Pattern pattern;
    final Predicate<GraphExpr> condition;

    private Where(Pattern pattern, Predicate<GraphExpr> condition) {
      this.pattern = pattern;
      this.condition = condition;
    }
  }

  /** What matches and is used in one place only, so that it can be taken away. */
  final class UsedOnce implements Pattern {
    final Pattern pattern;

    private UsedOnce(Pattern pattern) {
      this.pattern = pattern;
    }
  }

  /** Anything. */
  static Pattern any() {
    return new Any();
  }

  /** A tensor that is known at compile time. */
  static Pattern constant() {
    return new Constant();
  }

  /** A call of an operator of a class, with as many operands. */
  static <T extends Operator> Pattern op(Class<T> type, Pattern... operands) {
    return op(type, operator -> true, operands);
  }

  /**
   * A call of an operator of a class, with as many operands.
   *
   * @param condition what its attributes must fulfil
   */
  static <T extends Operator> Pattern op(
      Class<T> type, Predicate<? super T> condition, Pattern... operands) {
    return new Op(
        operator -> type.isInstance(operator) && condition.test(type.cast(operator)),
        List.copyOf(Arrays.asList(operands)));
  }

  /** A call of an operator of any class, by its name. */
  static Pattern op(String name, Pattern... operands) {
    return new Op(operator -> operator.name().equals(name), List.copyOf(Arrays.asList(operands)));
  }

  /** A tuple. */
  static Pattern tuple(Pattern... fields) {
    return new Tuple(List.copyOf(Arrays.asList(fields)));
  }

  /** A field of a tuple. */
  static Pattern field(Pattern tuple, int index) {
    return new Field(tuple, index);
  }

  /** The first of some patterns that matches. */
  static Pattern either(Pattern... choices) {
    return new Either(List.copyOf(Arrays.asList(choices)));
  }

  /** What matches this and fulfils a condition, on its type for instance. */
  default Pattern where(Predicate<GraphExpr> condition) {
    return new Where(this, condition);
  }

  /** What matches this and is used in one place only. */
  default Pattern usedOnce() {
    return new UsedOnce(this);
  }
}
