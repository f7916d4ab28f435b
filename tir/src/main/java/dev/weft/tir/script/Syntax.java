package dev.weft.tir.script;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The syntax tree of the Python subset; each node knows its place in the text. */
sealed interface Syntax {
  Source.Place at();

  /** An expression. */
  sealed interface Expression extends Syntax {}

  record Name(Source.Place at, String name) implements Expression {}

  record IntegerLiteral(Source.Place at, BigInteger value) implements Expression {}

  record FloatLiteral(Source.Place at, double value) implements Expression {}

  record StringLiteral(Source.Place at, String value) implements Expression {}

  record BoolLiteral(Source.Place at, boolean value) implements Expression {}

  record NoneLiteral(Source.Place at) implements Expression {}

  record Attribute(Source.Place at, Expression base, String name) implements Expression {}

  record Call(
      Source.Place at, Expression function, List<Expression> args, Map<String, Expression> keywords)
      implements Expression {}

  /** {@code base[indices]}; {@code base[()]} has none. */
  record Subscript(Source.Place at, Expression base, List<Expression> indices)
      implements Expression {}

  /** {@code start:stop:step} within a subscript. */
  record Slice(
      Source.Place at,
      @Nullable Expression start,
      @Nullable Expression stop,
      @Nullable Expression step)
      implements Expression {}

  record Tuple(Source.Place at, List<Expression> items) implements Expression {}

  record ListDisplay(Source.Place at, List<Expression> items) implements Expression {}

  record Dict(Source.Place at, List<Expression> keys, List<Expression> values)
      implements Expression {}

  /** {@code *items} among arguments or items. */
  record Starred(Source.Place at, Expression items) implements Expression {}

  /** Two operands and an operator; {@code and} and {@code or} too. */
  record Operation(Source.Place at, String operator, Expression a, Expression b)
      implements Expression {}

  /** {@code -x}, {@code +x}, {@code ~x}, {@code not x}. */
  record Unary(Source.Place at, String operator, Expression operand) implements Expression {}

  record Conditional(Source.Place at, Expression condition, Expression ifTrue, Expression ifFalse)
      implements Expression {}

  record Lambda(Source.Place at, List<String> params, Expression body) implements Expression {}

  /** A statement. */
  sealed interface Statement extends Syntax {}

  record Assign(Source.Place at, Expression target, Expression value) implements Statement {}

  record Annotated(Source.Place at, Name target, Expression type, @Nullable Expression value)
      implements Statement {}

  record Augmented(Source.Place at, Expression target, String operator, Expression value)
      implements Statement {}

  record ExpressionStatement(Source.Place at, Expression value) implements Statement {}

  record For(Source.Place at, Expression target, Expression iterable, List<Statement> body)
      implements Statement {}

  record While(Source.Place at, Expression condition, List<Statement> body) implements Statement {}

  record If(
      Source.Place at,
      Expression condition,
      List<Statement> then,
      @Nullable List<Statement> otherwise)
      implements Statement {}

  /** One context; several are nested ones. */
  record With(Source.Place at, Expression context, @Nullable Expression name, List<Statement> body)
      implements Statement {}

  record Assert(Source.Place at, Expression condition, @Nullable Expression message)
      implements Statement {}

  record Return(Source.Place at, @Nullable Expression value) implements Statement {}

  record Pass(Source.Place at) implements Statement {}

  record Break(Source.Place at) implements Statement {}

  record Continue(Source.Place at) implements Statement {}

  /** {@code from module import name as alias}, {@code import module as alias}. */
  record Import(Source.Place at, String module, String alias) implements Statement {}

  record Param(Source.Place at, String name, @Nullable Expression type) implements Syntax {}

  record Def(
      Source.Place at,
      String name,
      List<Expression> decorators,
      List<Param> params,
      List<Statement> body)
      implements Statement {}

  record ClassDef(Source.Place at, String name, List<Expression> decorators, List<Statement> body)
      implements Statement {}
}
