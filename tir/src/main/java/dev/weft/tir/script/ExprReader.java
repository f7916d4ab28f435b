package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.CommReducer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads expressions: names, operators, subscripts; calls are {@link CallReader}'s. */
final class ExprReader {
  private final Conversions convert;
  private final Bindings bindings;
  private final CallReader calls;

  ExprReader(Conversions convert, Bindings bindings) {
    this.convert = convert;
    this.bindings = bindings;
    this.calls = new CallReader(convert, this);
  }

  Expr expr(Syntax.Expression e) {
    return convert.expr(value(e), e);
  }

  Expr expr(Syntax.Expression e, DType dtype) {
    return convert.expr(value(e), dtype, e);
  }

  Expr condition(Syntax.Expression e) {
    Expr condition = expr(e);
    if (!condition.dtype().isBool()) {
      throw convert.error(e, "the condition has type " + condition.dtype(), "expected a bool");
    }
    return condition;
  }

  Value value(Syntax.Expression e) {
    return checked(e, () -> evaluate(e));
  }

  /** Turns what the nodes' constructors complain about into errors at a place of the text. */
  <T> T checked(Syntax at, Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw convert.error(at, String.valueOf(e.getMessage()), "mend the types or the shape");
    }
  }

  private Value evaluate(Syntax.Expression e) {
    return switch (e) {
      case Syntax.Name name -> name(name);
      case Syntax.IntegerLiteral(_, var value) -> new Value.PyInt(value);
      case Syntax.FloatLiteral(_, var value) -> new Value.PyFloat(value);
      case Syntax.StringLiteral(_, var value) -> new Value.PyString(value);
      case Syntax.BoolLiteral(_, var value) -> new Value.PyBool(value);
      case Syntax.NoneLiteral _ -> new Value.PyNone();
      case Syntax.Attribute attribute -> attribute(attribute);
      case Syntax.Call call -> calls.call(call);
      case Syntax.Subscript subscript -> subscript(subscript);
      case Syntax.Slice slice ->
          throw convert.error(slice, "a slice stands alone", "expected it within [ ]");
      case Syntax.Starred starred ->
          throw convert.error(starred, "'*' stands alone", "expected it among arguments or items");
      case Syntax.Tuple(_, var items) -> new Value.Items(values(items));
      case Syntax.ListDisplay(_, var items) -> new Value.Items(values(items));
      case Syntax.Dict(_, var keys, var values) -> new Value.Dict(values(keys), values(values));
      case Syntax.Operation operation -> operation(operation);
      case Syntax.Unary unary -> unary(unary);
      case Syntax.Conditional conditional -> conditional(conditional);
      case Syntax.Lambda lambda ->
          throw convert.error(
              lambda, "a lambda stands alone", "expected it within T.index_map or T.comm_reducer");
    };
  }

  /** The values of items, of which {@code *several} stands for its elements. */
  List<Value> values(List<Syntax.Expression> items) {
    List<Value> values = new ArrayList<>();
    for (Syntax.Expression item : items) {
      if (item instanceof Syntax.Starred(_, Syntax.Expression several)) {
        if (!(value(several) instanceof Value.Items(List<Value> elements))) {
          throw convert.error(item, "'*' needs a tuple or list", "write the values one by one");
        }
        values.addAll(elements);
      } else {
        values.add(value(item));
      }
    }
    return List.copyOf(values);
  }

  /** The values of a call's arguments. */
  Arguments arguments(Syntax.Call call, String function) {
    Map<String, Value> keywords = new LinkedHashMap<>();
    call.keywords().forEach((name, value) -> keywords.put(name, value(value)));
    return new Arguments(call, function, convert, values(call.args()), keywords);
  }

  private Value name(Syntax.Name name) {
    Value value = bindings.find(name.name());
    if (value != null) {
      return value;
    }
    return switch (name.name()) {
      case "T", "I", "range", "min", "max", "abs", "len", "int", "float", "bool" ->
          new Value.Builtin(
              name.name().equals("T") || name.name().equals("I") ? "" : "py." + name.name());
      default ->
          throw convert.error(
              name,
              "'" + name.name() + "' is not defined here",
              "define it before, or mend the spelling");
    };
  }

  private Value attribute(Syntax.Attribute attribute) {
    Value base = value(attribute.base());
    String name = attribute.name();
    return switch (base) {
      case Value.Builtin(String path) -> new Value.Builtin(ScriptNames.member(path, name));
      case Value.Module _ -> new Value.Global(name);
      case Value.BufferValue(Buffer buffer) -> bufferAttribute(buffer, name, attribute);
      case Value.Typed(Expr expr) ->
          switch (name) {
            case "dtype" -> new Value.PyString(expr.dtype().toString());
            case "astype" -> new Value.Method(base, name);
            default -> throw unknown(attribute, base);
          };
      case Value.ThreadIndex(Var v, _) ->
          switch (name) {
            case "var" -> new Value.Typed(v);
            case "astype" -> new Value.Method(new Value.Typed(v), name);
            default -> throw unknown(attribute, base);
          };
      case Value.Axis(var axis) ->
          switch (name) {
            case "var" -> new Value.Typed(axis.var());
            default -> throw unknown(attribute, base);
          };
      case Value.PyInt _,
          Value.PyFloat _,
          Value.PyBool _,
          Value.PyString _,
          Value.PyNone _,
          Value.Items _,
          Value.Dict _,
          Value.RangeValue _,
          Value.Mapping _,
          Value.Combination _,
          Value.Global _,
          Value.Method _ ->
          throw unknown(attribute, base);
    };
  }

  private ScriptException unknown(Syntax.Attribute attribute, Value base) {
    return convert.error(
        attribute,
        base.described() + " has no '" + attribute.name() + "'",
        "remove it or mend the spelling");
  }

  private Value bufferAttribute(Buffer buffer, String name, Syntax.Attribute at) {
    return switch (name) {
      case "data" -> new Value.Typed(buffer.data());
      case "elem_offset" -> new Value.Typed(buffer.elemOffset());
      case "shape" -> items(buffer.shape());
      case "strides" -> items(buffer.strides());
      case "dtype" -> new Value.PyString(buffer.dtype().toString());
      case "vload", "vstore", "access_ptr", "scope" ->
          new Value.Method(new Value.BufferValue(buffer), name);
      default -> throw unknown(at, new Value.BufferValue(buffer));
    };
  }

  private static Value items(List<Expr> exprs) {
    return new Value.Items(exprs.stream().<Value>map(Value.Typed::new).toList());
  }

  private Value subscript(Syntax.Subscript subscript) {
    Value base = value(subscript.base());
    return switch (base) {
      case Value.BufferValue(Buffer buffer) ->
          new Value.Typed(new Expr.Load(buffer, indices(buffer, subscript)));
      case Value.Items(List<Value> items) -> {
        if (subscript.indices().size() != 1) {
          throw convert.error(subscript, "a tuple has one index", "expected one number");
        }
        Syntax.Expression index = subscript.indices().get(0);
        int i = convert.constant(value(index), index);
        int fromStart = i < 0 ? i + items.size() : i;
        if (fromStart < 0 || fromStart >= items.size()) {
          throw convert.error(index, "index " + i + " of " + items.size(), "use a smaller index");
        }
        yield items.get(fromStart);
      }
      case Value.Builtin(String name) when name.equals("Buffer") || name.equals("let") ->
          throw convert.error(subscript, "T." + name + "[…] is a type", "expected it behind a ':'");
      case Value.Builtin _,
          Value.PyInt _,
          Value.PyFloat _,
          Value.PyBool _,
          Value.PyString _,
          Value.PyNone _,
          Value.Typed _,
          Value.Dict _,
          Value.RangeValue _,
          Value.ThreadIndex _,
          Value.Axis _,
          Value.Mapping _,
          Value.Combination _,
          Value.Module _,
          Value.Global _,
          Value.Method _ ->
          throw convert.error(
              subscript, base.described() + " has no elements", "expected a buffer or tuple");
    };
  }

  /** The indices of a load or store; a slice is a vector. */
  List<Expr> indices(Buffer buffer, Syntax.Subscript subscript) {
    List<Expr> indices = new ArrayList<>();
    for (Syntax.Expression index : subscript.indices()) {
      indices.add(index instanceof Syntax.Slice slice ? ramp(slice) : expr(index));
    }
    if (indices.size() != buffer.rank()) {
      throw convert.error(
          subscript,
          "'" + buffer.name() + "' has " + buffer.rank() + " dimensions, not " + indices.size(),
          "give one index for each");
    }
    return indices;
  }

  private Expr ramp(Syntax.Slice slice) {
    if (slice.start() == null || slice.stop() == null) {
      throw convert.error(slice, "the vector has no end", "write start:stop");
    }
    List<Expr> ends = convert.pair(value(slice.start()), value(slice.stop()), slice);
    Expr step =
        slice.step() == null
            ? Expr.imm(ends.get(0).dtype(), 1)
            : expr(slice.step(), ends.get(0).dtype());
    Expr length = Slices.extent(ends.get(0), ends.get(1));
    if (!(length instanceof Expr.IntImm count)
        || !(step instanceof Expr.IntImm by)
        || by.value() <= 0
        || count.value() <= 0) {
      throw convert.error(
          slice, "the number of lanes is not constant", "write start:start + constant");
    }
    long lanes = (count.value() + by.value() - 1) / by.value();
    return lanes == 1 ? ends.get(0) : new Expr.Ramp(ends.get(0), step, Math.toIntExact(lanes));
  }

  /** A region as in {@code T.reads(A[i, 0:16])}; a buffer alone is all of it. */
  BufferRegion region(Syntax.Expression e) {
    return checked(e, () -> readRegion(e));
  }

  private BufferRegion readRegion(Syntax.Expression e) {
    if (e instanceof Syntax.Subscript subscript
        && value(subscript.base()) instanceof Value.BufferValue(Buffer buffer)) {
      List<Range> ranges = new ArrayList<>();
      if (subscript.indices().size() != buffer.rank()) {
        throw convert.error(
            e,
            "'"
                + buffer.name()
                + "' has "
                + buffer.rank()
                + " dimensions, not "
                + subscript.indices().size(),
            "give one index or slice for each");
      }
      for (int i = 0; i < subscript.indices().size(); i++) {
        ranges.add(dimension(subscript.indices().get(i), buffer.shape().get(i)));
      }
      return new BufferRegion(buffer, ranges);
    }
    if (value(e) instanceof Value.BufferValue(Buffer buffer)) {
      return buffer.whole();
    }
    throw convert.error(e, "this is no region", "expected a buffer or buffer[start:stop, …]");
  }

  private Range dimension(Syntax.Expression index, Expr extent) {
    if (!(index instanceof Syntax.Slice slice)) {
      Value value = value(index);
      return value instanceof Value.RangeValue(Range range)
          ? range
          : Range.point(convert.expr(value, index));
    }
    if (slice.step() != null && !value(slice.step()).equals(number(1))) {
      throw convert.error(slice, "a region has no step", "write start:stop");
    }
    Value stop = slice.stop() == null ? new Value.Typed(extent) : value(slice.stop());
    Value start = slice.start() == null ? Value.PyInt.of(0) : value(slice.start());
    List<Expr> ends = convert.pair(start, stop, slice);
    return new Range(ends.get(0), Slices.extent(ends.get(0), ends.get(1)));
  }

  private Value operation(Syntax.Operation e) {
    Value a = value(e.a());
    Value b = value(e.b());
    if (e.operator().equals("and") || e.operator().equals("or")) {
      return logic(e, a, b);
    }
    Value plain = PythonNumbers.operation(e.operator(), a, b);
    if (plain != null) {
      return plain;
    }
    if (e.operator().equals("**") && convert.expr(a, e.a()).dtype().isFloat()) {
      List<Expr> both = convert.pair(a, b, e);
      return new Value.Typed(
          Expr.Call.of(both.get(0).dtype(), Intrinsic.POW, both.get(0), both.get(1)));
    }
    List<Expr> operands = convert.pair(a, b, e);
    Expr x = operands.get(0);
    Expr y = operands.get(1);
    return new Value.Typed(
        switch (e.operator()) {
          case "+" -> Expr.add(x, y);
          case "-" -> Expr.sub(x, y);
          case "*" -> Expr.mul(x, y);
          case "/" -> {
            if (x.dtype().isInt() && y.dtype().isInt()) {
              throw convert.error(
                  e, "integers have several divisions", "write //, or T.Div(a, b) to truncate");
            }
            yield Expr.div(x, y);
          }
          case "//" -> Expr.floorDiv(x, y);
          case "%" -> Expr.floorMod(x, y);
          case "==" -> Expr.eq(x, y);
          case "!=" -> Expr.ne(x, y);
          case "<" -> Expr.lt(x, y);
          case "<=" -> Expr.le(x, y);
          case ">" -> Expr.gt(x, y);
          case ">=" -> Expr.ge(x, y);
          case "&" -> bits(BinaryOp.AND, Intrinsic.BITWISE_AND, x, y);
          case "|" -> bits(BinaryOp.OR, Intrinsic.BITWISE_OR, x, y);
          case "^" -> Expr.Call.of(x.dtype(), Intrinsic.BITWISE_XOR, x, y);
          case "<<" -> Expr.Call.of(x.dtype(), Intrinsic.SHIFT_LEFT, x, y);
          case ">>" -> Expr.Call.of(x.dtype(), Intrinsic.SHIFT_RIGHT, x, y);
          default ->
              throw convert.error(
                  e, "'" + e.operator() + "' means nothing for expressions", "write a T function");
        });
  }

  private static Expr bits(BinaryOp logic, Intrinsic intrinsic, Expr x, Expr y) {
    return x.dtype().isBool() && y.dtype().isBool()
        ? Expr.binary(logic, x, y)
        : Expr.Call.of(x.dtype(), intrinsic, x, y);
  }

  private Value logic(Syntax.Operation e, Value a, Value b) {
    if (a instanceof Value.PyBool(boolean x) && b instanceof Value.PyBool(boolean y)) {
      return new Value.PyBool(e.operator().equals("and") ? x && y : x || y);
    }
    Expr x = convert.expr(a, e.a());
    Expr y = convert.expr(b, e.b());
    return new Value.Typed(e.operator().equals("and") ? Expr.and(x, y) : Expr.or(x, y));
  }

  private Value unary(Syntax.Unary e) {
    Value operand = value(e.operand());
    Value plain = PythonNumbers.unary(e.operator(), operand);
    if (plain != null) {
      return plain;
    }
    Expr x = convert.expr(operand, e.operand());
    return new Value.Typed(
        switch (e.operator()) {
          case "-" -> Expr.mul(x, Expr.imm(x.dtype(), -1));
          case "+" -> x;
          case "not" -> Expr.not(x);
          default ->
              x.dtype().isBool() ? Expr.not(x) : Expr.Call.of(x.dtype(), Intrinsic.BITWISE_NOT, x);
        });
  }

  private Value conditional(Syntax.Conditional e) {
    Value condition = value(e.condition());
    if (condition instanceof Value.PyBool(boolean known)) {
      return value(known ? e.ifTrue() : e.ifFalse());
    }
    List<Expr> values = convert.pair(value(e.ifTrue()), value(e.ifFalse()), e);
    Expr test = convert.expr(condition, e.condition());
    return new Value.Typed(
        Expr.Call.of(
            values.get(0).dtype(), Intrinsic.IF_THEN_ELSE, test, values.get(0), values.get(1)));
  }

  /** {@code lambda i, j: (j, i)} as an index map. */
  Value indexMap(Syntax.Lambda lambda, @Nullable List<DType> dtypes) {
    if (dtypes != null && dtypes.size() != lambda.params().size()) {
      throw convert.error(lambda, "not one dtype for each parameter", "give as many");
    }
    return bindings.scoped(
        () -> {
          List<Var> inputs = new ArrayList<>();
          for (int i = 0; i < lambda.params().size(); i++) {
            String name = lambda.params().get(i);
            Var v = Var.of(name, dtypes == null ? DType.INT32 : dtypes.get(i));
            inputs.add(v);
            bindings.define(name, new Value.Typed(v));
          }
          List<Expr> outputs = convert.exprs(value(lambda.body()), lambda.body());
          return new Value.Mapping(new IndexMap(inputs, outputs));
        });
  }

  /** {@code lambda x, y: x + y} with the identity's types: one half of the parameters each. */
  Value reducer(Syntax.Lambda lambda, List<Expr> identity) {
    int width = identity.size();
    if (lambda.params().size() != 2 * width) {
      throw convert.error(
          lambda,
          "the lambda has " + lambda.params().size() + " parameters, the identity " + width,
          "give two parameters for each value of the identity");
    }
    return bindings.scoped(
        () -> {
          List<Var> params = new ArrayList<>();
          for (int i = 0; i < 2 * width; i++) {
            Var v = Var.of(lambda.params().get(i), identity.get(i % width).dtype());
            params.add(v);
            bindings.define(v.name(), new Value.Typed(v));
          }
          List<Value> combined = convert.items(value(lambda.body()));
          List<Expr> results = new ArrayList<>();
          for (int i = 0; i < combined.size(); i++) {
            DType dtype = identity.get(Math.min(i, width - 1)).dtype();
            results.add(convert.expr(combined.get(i), dtype, lambda.body()));
          }
          return new Value.Combination(
              new CommReducer(
                  params.subList(0, width), params.subList(width, 2 * width), results, identity));
        });
  }

  static Value number(long value) {
    return new Value.PyInt(BigInteger.valueOf(value));
  }
}
