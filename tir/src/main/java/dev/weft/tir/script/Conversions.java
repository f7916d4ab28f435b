package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns values of the text into what a node wants, or says what was wanted. */
final class Conversions {
  private final Source source;

  Conversions(Source source) {
    this.source = source;
  }

  ScriptException error(Syntax at, String what, String remedy) {
    return source.error(at.at(), what, remedy);
  }

  /** An expression; plain numbers become int32 (int64 if they need it) and float32. */
  Expr expr(Value value, Syntax at) {
    return switch (value) {
      case Value.Typed(var expr) -> expr;
      case Value.PyInt(var number) -> {
        if (number.bitLength() > 63) {
          throw error(at, number + " needs more than 64 bits", "give it a type, as T.uint64(…)");
        }
        yield Expr.imm(number.bitLength() > 31 ? DType.INT64 : DType.INT32, number.longValue());
      }
      case Value.PyFloat(var number) -> Expr.float32(number);
      case Value.PyBool(var truth) -> Expr.bool(truth);
      case Value.PyString(var text) -> new Expr.StringImm(text);
      case Value.ThreadIndex(var v, _) -> v;
      case Value.Axis(var axis) -> axis.var();
      case Value.BufferValue(var buffer) ->
          throw error(
              at,
              "the buffer '" + buffer.name() + "' is no value",
              "write an element, as "
                  + buffer.name()
                  + "[…], or the pointer "
                  + buffer.name()
                  + ".data");
      case Value.PyNone _,
          Value.Items _,
          Value.Dict _,
          Value.RangeValue _,
          Value.Mapping _,
          Value.Combination _,
          Value.Builtin _,
          Value.Module _,
          Value.Global _,
          Value.Method _ ->
          throw error(at, value.described() + " is no value", "expected an expression");
    };
  }

  /** An expression; plain numbers take the given type (every lane of it). */
  Expr expr(Value value, DType dtype, Syntax at) {
    if (!isPlain(value)) {
      return expr(value, at);
    }
    if (value instanceof Value.PyFloat(var number) && !dtype.isFloat()) {
      throw error(at, "the number " + number + " is no " + dtype, "write T." + dtype + "(…)");
    }
    if (!dtype.isFloat() && !dtype.isInt() && !dtype.isBool()) {
      throw error(at, value.described() + " is no " + dtype, "expected a " + dtype);
    }
    return literal(value, dtype);
  }

  static boolean isPlain(Value value) {
    return value instanceof Value.PyInt
        || value instanceof Value.PyFloat
        || value instanceof Value.PyBool;
  }

  private static Expr literal(Value value, DType dtype) {
    return switch (value) {
      case Value.PyInt(var number) ->
          dtype.isFloat()
              ? Expr.imm(dtype, number.doubleValue())
              : Expr.imm(dtype, number.longValue());
      case Value.PyFloat(var number) -> Expr.imm(dtype, number);
      case Value.PyBool(var truth) -> Expr.imm(dtype, truth ? 1 : 0);
      default -> throw new IllegalStateException("no literal: " + value.described());
    };
  }

  /** Two operands; a plain number takes the other one's type where that can hold it. */
  List<Expr> pair(Value a, Value b, Syntax at) {
    if (isPlain(a) && !isPlain(b)) {
      Expr y = expr(b, at);
      return List.of(towards(a, y.dtype(), at), y);
    }
    if (isPlain(b) && !isPlain(a)) {
      Expr x = expr(a, at);
      return List.of(x, towards(b, x.dtype(), at));
    }
    return List.of(expr(a, at), expr(b, at));
  }

  private Expr towards(Value plain, DType dtype, Syntax at) {
    boolean fits =
        dtype.isFloat()
            || (plain instanceof Value.PyInt && dtype.isInt())
            || (plain instanceof Value.PyBool && dtype.isBool());
    return fits ? literal(plain, dtype) : expr(plain, at);
  }

  /** A number that must be known while reading. */
  int constant(Value value, Syntax at) {
    if (value instanceof Value.PyInt(BigInteger number) && number.bitLength() < 32) {
      return number.intValue();
    }
    if (value instanceof Value.Typed(Expr.IntImm imm) && imm.value() == (int) imm.value()) {
      return (int) imm.value();
    }
    throw error(at, value.described() + " is no integer constant", "expected an integer");
  }

  String string(Value value, Syntax at) {
    if (value instanceof Value.PyString(String text)) {
      return text;
    }
    if (value instanceof Value.Typed(Expr.StringImm(String text))) {
      return text;
    }
    throw error(at, value.described() + " is no string", "expected a string");
  }

  DType dtype(Value value, Syntax at) {
    String text = value instanceof Value.Builtin(String name) ? name : string(value, at);
    try {
      return text.isEmpty() ? DType.VOID : DType.parse(text);
    } catch (IllegalArgumentException e) {
      throw error(at, "'" + text + "' is no dtype", "write one such as \"float32\" or \"int64\"");
    }
  }

  /** The elements of a tuple or list; a lone value counts as a tuple of one. */
  List<Value> items(Value value) {
    return value instanceof Value.Items(List<Value> values) ? values : List.of(value);
  }

  List<Expr> exprs(Value value, Syntax at) {
    return items(value).stream().map(item -> expr(item, at)).toList();
  }

  Buffer buffer(Value value, Syntax at) {
    if (value instanceof Value.BufferValue(Buffer buffer)) {
      return buffer;
    }
    throw error(at, value.described() + " is no buffer", "expected a buffer");
  }

  Var var(Value value, Syntax at) {
    if (value instanceof Value.Typed(Var v)) {
      return v;
    }
    if (value instanceof Value.ThreadIndex(Var v, _)) {
      return v;
    }
    throw error(at, value.described() + " is no variable", "expected a variable");
  }

  /** {@code extent}, {@code (min, stop)} or {@code T.Range.from_min_extent(min, extent)}. */
  Range range(Value value, Syntax at) {
    return switch (value) {
      case Value.RangeValue(Range range) -> range;
      case Value.Items(List<Value> bounds) when bounds.size() == 2 -> {
        List<Expr> ends = pair(bounds.get(0), bounds.get(1), at);
        yield new Range(ends.get(0), Slices.extent(ends.get(0), ends.get(1)));
      }
      default -> Range.upTo(expr(value, at));
    };
  }

  /** A value of an annotation or attribute. */
  AttrValue attr(Value value, Syntax at) {
    return switch (value) {
      case Value.Items(var values) ->
          new AttrValue.Items(values.stream().map(item -> attr(item, at)).toList());
      case Value.Dict dict -> new AttrValue.Entries(attrs(dict, at));
      case Value.BufferValue(var buffer) -> buffer;
      case Value.Axis(var axis) -> axis;
      case Value.Mapping(var map) -> map;
      case Value.Combination(var reducer) -> reducer;
      case Value.PyInt _,
          Value.PyFloat _,
          Value.PyBool _,
          Value.PyString _,
          Value.Typed _,
          Value.ThreadIndex _,
          Value.PyNone _,
          Value.RangeValue _,
          Value.Builtin _,
          Value.Module _,
          Value.Global _,
          Value.Method _ ->
          expr(value, at);
    };
  }

  Map<String, AttrValue> attrs(@Nullable Value value, Syntax at) {
    if (value == null || value instanceof Value.PyNone) {
      return Map.of();
    }
    if (!(value instanceof Value.Dict(List<Value> keys, List<Value> values))) {
      throw error(at, value.described() + " is no dictionary", "expected {\"name\": value}");
    }
    Map<String, AttrValue> attrs = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      attrs.put(string(keys.get(i), at), attr(values.get(i), at));
    }
    return attrs;
  }

  /** Bare numbers among arguments that must agree take the type of the first that has one. */
  List<Expr> matched(List<Value> values, int first, Syntax at) {
    DType common = null;
    for (int i = first; i < values.size() && common == null; i++) {
      if (!isPlain(values.get(i))) {
        common = expr(values.get(i), at).dtype();
      }
    }
    List<Expr> result = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      Value value = values.get(i);
      boolean matches = i >= first && common != null && isPlain(value);
      result.add(matches && common != null ? towards(value, common, at) : expr(value, at));
    }
    return result;
  }
}
