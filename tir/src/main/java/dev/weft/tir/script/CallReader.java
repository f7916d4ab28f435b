package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Callee;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads calls that have a value. */
final class CallReader {
  private static final Map<String, BinaryOp> NODES = new HashMap<>();

  static {
    for (BinaryOp op : BinaryOp.values()) {
      NODES.put(ExprPrinter.nodeName(op), op);
    }
  }

  private static final Map<String, BinaryOp> OPERATIONS =
      Map.of(
          "min", BinaryOp.MIN,
          "max", BinaryOp.MAX,
          "truncmod", BinaryOp.MOD,
          "truncdiv", BinaryOp.DIV,
          "floordiv", BinaryOp.FLOOR_DIV,
          "floormod", BinaryOp.FLOOR_MOD,
          "indexdiv", BinaryOp.FLOOR_DIV,
          "indexmod", BinaryOp.FLOOR_MOD);

  private static final Map<String, Intrinsic> ALIASES =
      Map.of(
          "power", Intrinsic.POW,
          "fabs", Intrinsic.ABS,
          "call_packed", Intrinsic.CALL_PACKED,
          "call_cpacked", Intrinsic.CALL_CPACKED,
          "call_packed_lowered", Intrinsic.CALL_PACKED_LOWERED,
          "call_cpacked_lowered", Intrinsic.CALL_CPACKED_LOWERED);

  /** How the names of dtypes begin; few other names do. */
  private static final Pattern DTYPE =
      Pattern.compile("u?int\\d|b?float\\d|e[45]m[32]_|bool|handle|void|string|barrier|token");

  private final Conversions convert;
  private final ExprReader exprs;

  CallReader(Conversions convert, ExprReader exprs) {
    this.convert = convert;
    this.exprs = exprs;
  }

  Value call(Syntax.Call call) {
    Value function = exprs.value(call.function());
    return switch (function) {
      case Value.Builtin(String name) -> builtin(name, call);
      case Value.Global(String name) -> global(name, call);
      case Value.Method(Value self, String name) -> method(self, name, call);
      case Value.PyInt _,
          Value.PyFloat _,
          Value.PyBool _,
          Value.PyString _,
          Value.PyNone _,
          Value.Typed _,
          Value.BufferValue _,
          Value.Items _,
          Value.Dict _,
          Value.RangeValue _,
          Value.ThreadIndex _,
          Value.Axis _,
          Value.Module _,
          Value.Mapping _,
          Value.Combination _ ->
          throw convert.error(
              call.function(), function.described() + " can't be called", "expected a function");
    };
  }

  private Value global(String name, Syntax.Call call) {
    Arguments args = exprs.arguments(call, name);
    Value dtype = args.keyword("dtype");
    List<Expr> values = args.rest().stream().map(v -> convert.expr(v, call)).toList();
    args.done();
    return new Value.Typed(
        new Expr.Call(
            dtype == null ? DType.VOID : convert.dtype(dtype, call),
            new Callee.GlobalVar(name),
            values));
  }

  private Value builtin(String name, Syntax.Call call) {
    if (name.equals("index_map")) {
      return indexMap(call);
    }
    if (name.equals("comm_reducer")) {
      return reducer(call);
    }
    Arguments args = exprs.arguments(call, name);
    Value result = builtin(name, args);
    args.done();
    return result;
  }

  private Value builtin(String name, Arguments args) {
    Syntax.Call call = args.call();
    BinaryOp node = NODES.get(name);
    if (node != null) {
      List<Expr> operands = convert.pair(args.need("a"), args.need("b"), call);
      return new Value.Typed(new Expr.Binary(node, operands.get(0), operands.get(1)));
    }
    BinaryOp operation = OPERATIONS.get(name);
    if (operation != null) {
      return new Value.Typed(operation(operation, args));
    }
    DType dtype = dtype(name);
    if (dtype != null) {
      return typed(dtype, args);
    }
    Intrinsic intrinsic = ALIASES.getOrDefault(name, Intrinsic.byName(name));
    if (intrinsic != null) {
      return new Value.Typed(intrinsic(intrinsic, args));
    }
    return switch (name) {
      case "Cast" -> {
        DType target = convert.dtype(args.need("dtype"), call);
        yield new Value.Typed(new Expr.Cast(target, convert.expr(args.need("value"), call)));
      }
      case "cast" -> {
        Expr value = convert.expr(args.need("value"), call);
        yield new Value.Typed(Expr.cast(convert.dtype(args.need("dtype"), call), value));
      }
      case "Not" -> new Value.Typed(new Expr.Not(convert.expr(args.need("a"), call)));
      case "Select" -> {
        Expr condition = convert.expr(args.need("condition"), call);
        List<Expr> values = convert.pair(args.need("true_value"), args.need("false_value"), call);
        yield new Value.Typed(new Expr.Select(condition, values.get(0), values.get(1)));
      }
      case "Let" -> let(args);
      case "Ramp", "ramp" -> {
        List<Expr> steps = convert.pair(args.need("base"), args.need("stride"), call);
        int lanes = convert.constant(args.need("lanes"), call);
        yield new Value.Typed(new Expr.Ramp(steps.get(0), steps.get(1), lanes));
      }
      case "Broadcast", "broadcast" -> {
        Expr value = convert.expr(args.need("value"), call);
        yield new Value.Typed(
            new Expr.Broadcast(value, convert.constant(args.need("lanes"), call)));
      }
      case "Shuffle" ->
          new Value.Typed(
              new Expr.Shuffle(
                  convert.exprs(args.need("vectors"), call),
                  convert.exprs(args.need("indices"), call)));
      case "ceildiv" -> {
        List<Expr> operands = convert.pair(args.need("a"), args.need("b"), call);
        yield new Value.Typed(Expr.ceilDiv(operands.get(0), operands.get(1)));
      }
      case "all" -> new Value.Typed(logic(args, true));
      case "any" -> new Value.Typed(logic(args, false));
      case "Range" -> new Value.RangeValue(range(args));
      case "Range.from_min_extent" -> {
        List<Expr> ends =
            List.of(
                convert.expr(args.need("min_value"), call),
                convert.expr(args.need("extent"), call));
        yield new Value.RangeValue(new Range(ends.get(0), ends.get(1)));
      }
      case "iter_var" -> iterVar(args);
      case "env_thread" -> thread(args);
      case "StringImm" -> args.need("value");
      case "meta_var", "target" -> args.need("value");
      case "IntImm", "FloatImm" -> {
        DType immType = convert.dtype(args.need("dtype"), call);
        yield new Value.Typed(convert.expr(args.need("value"), immType, call));
      }
      case "GlobalVar" -> new Value.Global(convert.string(args.need("name_hint"), call));
      case "BufferLoad" -> bufferLoad(args);
      case "var", "Var", "SizeVar" -> {
        Value type = args.need("dtype");
        // TVM's T.Var takes a name first.
        Value second = args.find("name");
        DType varType = convert.dtype(second == null ? type : second, call);
        yield new Value.Typed(Var.of(second == null ? "v" : convert.string(type, call), varType));
      }
      case "py.len" -> ExprReader.number(convert.items(args.need("x")).size());
      case "py.int", "py.bool", "py.abs", "py.min", "py.max", "py.float" -> python(name, args);
      default -> throw unknown(name, call);
    };
  }

  private ScriptException unknown(String name, Syntax.Call call) {
    String known =
        Arrays.stream(Intrinsic.values())
            .map(intrinsic -> intrinsic.text)
            .min(Comparator.comparingInt(text -> distance(text, name)))
            .orElseThrow();
    String remedy =
        distance(known, name) <= 2
            ? "did you mean T." + known + "?"
            : "expected a function that gives a value";
    return convert.error(call.function(), "T." + name + " is not known here", remedy);
  }

  /** The number of letters to change, add or remove (Levenshtein's distance). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
        diagonal = above;
      }
    }
    return row[b.length()];
  }

  /** The dtype that a function of the language is called after; null if there is none. */
  static @Nullable DType dtype(String name) {
    if (name.equals("boolean")) {
      return DType.BOOL;
    }
    if (!DTYPE.matcher(name).lookingAt()) {
      return null;
    }
    try {
      return DType.parse(name);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** {@code T.int32()} is a new variable, {@code T.int32(x)} a constant or conversion. */
  private Value typed(DType dtype, Arguments args) {
    Syntax.Call call = args.call();
    args.keyword("is_size_var");
    if (dtype.isHandle()) {
      Value element = args.find("dtype");
      Value scope = args.find("storage_scope");
      if (element == null) {
        return new Value.Typed(Var.of("v", dtype));
      }
      String text = scope == null ? "global" : convert.string(scope, call);
      return new Value.Typed(Var.pointer("v", convert.dtype(element, call), Scope.parse(text)));
    }
    Value value = args.find("value");
    if (value == null) {
      return new Value.Typed(Var.of("v", dtype));
    }
    if (value instanceof Value.PyString(String text)) {
      return new Value.Typed(convert.expr(new Value.PyFloat(number(text, call)), dtype, call));
    }
    return new Value.Typed(
        Conversions.isPlain(value)
            ? convert.expr(value, dtype, call)
            : Expr.cast(dtype, convert.expr(value, call)));
  }

  private double number(String text, Syntax at) {
    return switch (text) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default ->
          throw convert.error(
              at, "\"" + text + "\" is no number", "expected \"inf\", \"-inf\" or \"nan\"");
    };
  }

  /** {@code T.min(a, b)} and the like; plain numbers alone stay plain. */
  private Expr operation(BinaryOp op, Arguments args) {
    List<Value> values = args.rest();
    if (values.size() < 2) {
      throw convert.error(
          args.call(), "T." + args.function() + " needs two operands", "give another one");
    }
    List<Expr> operands = convert.matched(values, 0, args.call());
    Expr result = operands.get(0);
    for (Expr operand : operands.subList(1, operands.size())) {
      result = Expr.binary(op, result, operand);
    }
    return result;
  }

  private Expr logic(Arguments args, boolean and) {
    Expr result = Expr.bool(and);
    for (Value value : args.rest()) {
      Expr operand = convert.expr(value, args.call());
      result = and ? Expr.and(result, operand) : Expr.or(result, operand);
    }
    return result;
  }

  private Expr intrinsic(Intrinsic intrinsic, Arguments args) {
    Syntax.Call call = args.call();
    CallTypes.Place place =
        call.keywords().containsKey("dtype")
            ? CallTypes.Place.INFERRED
            : CallTypes.place(intrinsic);
    Value dtype =
        switch (place) {
          case FIRST -> args.need("dtype");
          case LAST -> args.needLast("dtype");
          case INFERRED -> args.keyword("dtype");
        };
    List<Value> values = args.rest().stream().map(v -> addressed(intrinsic, v)).toList();
    List<Expr> exprs = convert.matched(values, CallTypes.firstMatched(intrinsic), call);
    DType type = dtype == null ? CallTypes.inferred(intrinsic, exprs) : convert.dtype(dtype, call);
    if (intrinsic == Intrinsic.CALL_INTRIN
        && !exprs.isEmpty()
        && exprs.get(0) instanceof Expr.StringImm(String name)
        && name.startsWith("tir.")) {
      // T.call_intrin("int32", "tir.popcount", x) is T.popcount(x).
      Intrinsic named = Intrinsic.byName(name.substring("tir.".length()));
      if (named != null) {
        return new Expr.Call(type, named, exprs.subList(1, exprs.size()));
      }
    }
    return new Expr.Call(type, intrinsic, exprs);
  }

  /** {@code T.address_of(A)} is the address of A's first element. */
  private static Value addressed(Intrinsic intrinsic, Value value) {
    if (intrinsic == Intrinsic.ADDRESS_OF && value instanceof Value.BufferValue(Buffer buffer)) {
      List<Expr> zeros = buffer.shape().stream().map(dim -> Expr.imm(dim.dtype(), 0)).toList();
      return new Value.Typed(new Expr.Load(buffer, zeros));
    }
    return value;
  }

  /** {@code T.Let(body, where={v: value})}. */
  private Value let(Arguments args) {
    Expr body = convert.expr(args.need("expr"), args.call());
    if (!(args.need("where") instanceof Value.Dict(List<Value> keys, List<Value> values))
        || keys.size() != 1) {
      throw convert.error(args.call(), "T.Let binds one variable", "write where={v: value}");
    }
    Var v = convert.var(keys.get(0), args.call());
    return new Value.Typed(
        new Expr.Let(v, convert.expr(values.get(0), v.dtype(), args.call()), body));
  }

  /** TVM's {@code Range(begin, end)}, or {@code Range(extent)}. */
  private Range range(Arguments args) {
    Value begin = args.need("begin");
    Value end = args.find("end");
    return end == null
        ? convert.range(begin, args.call())
        : convert.range(new Value.Items(List.of(begin, end)), args.call());
  }

  private Value iterVar(Arguments args) {
    Syntax.Call call = args.call();
    Value first = args.need("var");
    Value dom = args.need("dom");
    String kind = convert.string(args.need("iter_type"), call);
    Value tag = args.findSome("thread_tag");
    String tagText = tag == null ? "" : convert.string(tag, call);
    Var v =
        first instanceof Value.PyString(String name) ? Var.int32(name) : convert.var(first, call);
    Range range =
        dom instanceof Value.PyNone ? Range.upTo(Expr.imm(v.dtype(), 0)) : convert.range(dom, call);
    ThreadTag thread = tagText.isEmpty() ? null : ThreadTag.parse(tagText);
    return new Value.Axis(new IterVar(range, v, kind(kind, call), thread));
  }

  private IterVar.Kind kind(String text, Syntax at) {
    return switch (text) {
      case "DataPar" -> IterVar.Kind.SPATIAL;
      case "CommReduce" -> IterVar.Kind.REDUCE;
      case "Ordered" -> IterVar.Kind.SCAN;
      case "Opaque" -> IterVar.Kind.OPAQUE;
      case "ThreadIndex" -> IterVar.Kind.THREAD;
      default ->
          throw convert.error(
              at,
              "'" + text + "' is no kind of axis",
              "expected DataPar, CommReduce, Ordered, Opaque or ThreadIndex");
    };
  }

  private Value thread(Arguments args) {
    String text = convert.string(args.need("thread_tag"), args.call());
    Value dtype = args.find("dtype");
    DType type = dtype == null ? DType.INT32 : convert.dtype(dtype, args.call());
    return new Value.ThreadIndex(Var.of(text.replace('.', '_'), type), ThreadTag.parse(text));
  }

  private Value python(String name, Arguments args) {
    Syntax.Call call = args.call();
    List<Value> values = args.rest();
    if (name.equals("py.float")
        && values.size() == 1
        && values.get(0) instanceof Value.PyString(String text)) {
      return new Value.PyFloat(number(text, call));
    }
    if (values.isEmpty()) {
      throw convert.error(call, "an argument is missing", "give one");
    }
    if (name.equals("py.min") || name.equals("py.max")) {
      BinaryOp op = name.equals("py.min") ? BinaryOp.MIN : BinaryOp.MAX;
      String operator = op == BinaryOp.MIN ? "<" : ">";
      Value best = values.get(0);
      for (Value value : values.subList(1, values.size())) {
        Value better = PythonNumbers.operation(operator, value, best);
        if (better instanceof Value.PyBool(boolean take)) {
          best = take ? value : best;
        } else {
          List<Expr> operands = convert.pair(best, value, call);
          best = new Value.Typed(Expr.binary(op, operands.get(0), operands.get(1)));
        }
      }
      return best;
    }
    Value value = values.get(0);
    return switch (name) {
      case "py.int" ->
          value instanceof Value.PyFloat(double number)
              ? ExprReader.number((long) number)
              : Objects.requireNonNull(PythonNumbers.operation("+", value, ExprReader.number(0)));
      case "py.float" ->
          Objects.requireNonNull(PythonNumbers.operation("*", value, new Value.PyFloat(1)));
      case "py.bool" -> new Value.PyBool(!value.equals(ExprReader.number(0)));
      default -> {
        Value negative = PythonNumbers.operation("<", value, ExprReader.number(0));
        if (negative instanceof Value.PyBool(boolean negate)) {
          yield negate ? Objects.requireNonNull(PythonNumbers.unary("-", value)) : value;
        }
        Expr x = convert.expr(value, call);
        yield new Value.Typed(Expr.Call.of(x.dtype(), Intrinsic.ABS, x));
      }
    };
  }

  private Value method(Value self, String name, Syntax.Call call) {
    Arguments args = exprs.arguments(call, name);
    Value result =
        switch (self) {
          case Value.Typed(Expr expr) ->
              new Value.Typed(Expr.cast(convert.dtype(args.need("dtype"), call), expr));
          case Value.BufferValue(Buffer buffer) when name.equals("vload") -> {
            List<Expr> indices = convert.exprs(args.need("begin"), call);
            Value dtype = args.findSome("dtype");
            if (dtype != null) {
              indices = Slices.widened(buffer, indices, convert.dtype(dtype, call).lanes());
            }
            Value predicate = args.findSome("predicate");
            yield new Value.Typed(
                new Expr.Load(
                    buffer, indices, predicate == null ? null : convert.expr(predicate, call)));
          }
          case Value.BufferValue(Buffer buffer) when name.equals("access_ptr") ->
              new Value.Typed(accessPtr(buffer, args));
          case Value.BufferValue(Buffer buffer) when name.equals("scope") ->
              new Value.PyString(buffer.scope().toString());
          default ->
              throw convert.error(
                  call, "'" + name + "' has no value", "write it as a statement of its own");
        };
    args.done();
    return result;
  }

  /** {@code A.access_ptr("r", offset=…, extent=…)}. */
  private Expr accessPtr(Buffer buffer, Arguments args) {
    Syntax.Call call = args.call();
    Value mask = args.need("access_mask");
    int access =
        mask instanceof Value.PyString(String text)
            ? (text.contains("r") ? 1 : 0) | (text.contains("w") ? 2 : 0)
            : convert.constant(mask, call);
    Value pointer = args.find("ptr_type");
    Value lanesValue = args.find("content_lanes");
    int lanes = lanesValue == null ? 1 : convert.constant(lanesValue, call);
    Value offsetValue = args.find("offset");
    Value extentValue = args.findSome("extent");
    DType index = buffer.indexType();
    Expr offset = offsetValue == null ? Expr.imm(index, 0) : convert.expr(offsetValue, index, call);
    Expr size = Expr.imm(index, 1);
    if (buffer.strides().isEmpty()) {
      for (Expr dim : buffer.shape()) {
        size = Expr.mul(size, dim);
      }
    } else {
      size = Expr.mul(buffer.strides().get(0), buffer.shape().get(0));
    }
    Expr extent = Expr.sub(size, offset);
    Expr start = Expr.add(buffer.elemOffset(), offset);
    if (lanes > 1) {
      extent = Expr.floorDiv(extent, lanes);
      start = Expr.floorDiv(start, lanes);
    }
    if (extentValue != null) {
      extent = convert.expr(extentValue, index, call);
    }
    return Expr.Call.of(
        pointer == null ? DType.HANDLE : convert.dtype(pointer, call),
        Intrinsic.ACCESS_PTR,
        Expr.Call.of(buffer.dtype().withLanes(lanes), Intrinsic.TYPE_ANNOTATION),
        buffer.data(),
        start,
        extent,
        Expr.int32(access));
  }

  /** {@code T.BufferLoad(A, [i, j])}. */
  private Value bufferLoad(Arguments args) {
    Buffer buffer = convert.buffer(args.need("buffer"), args.call());
    List<Expr> indices = convert.exprs(args.need("indices"), args.call());
    Value predicate = args.findSome("predicate");
    return new Value.Typed(
        new Expr.Load(
            buffer, indices, predicate == null ? null : convert.expr(predicate, args.call())));
  }

  /** {@code T.comm_reducer(lambda x, y: x + y, [T.float32(0)])}. */
  private Value reducer(Syntax.Call call) {
    if (call.args().size() != 2 || !(call.args().get(0) instanceof Syntax.Lambda lambda)) {
      throw convert.error(
          call, "T.comm_reducer needs a lambda and its identity", "write lambda x, y: x + y, [0]");
    }
    Syntax.Expression identity = call.args().get(1);
    return exprs.reducer(lambda, convert.exprs(exprs.value(identity), identity));
  }

  private Value indexMap(Syntax.Call call) {
    if (call.args().isEmpty() || !(call.args().get(0) instanceof Syntax.Lambda lambda)) {
      throw convert.error(call, "T.index_map needs a lambda", "write lambda i, j: (j, i)");
    }
    Syntax.Expression dtypes = call.keywords().get("input_dtypes");
    for (String keyword : call.keywords().keySet()) {
      // The inverse follows from the map: there is nothing to remember of it.
      if (!keyword.equals("input_dtypes") && !keyword.equals("inverse_index_map")) {
        throw convert.error(call, "T.index_map has no argument '" + keyword + "'", "remove it");
      }
    }
    List<DType> types = new ArrayList<>();
    if (dtypes != null) {
      convert.items(exprs.value(dtypes)).forEach(item -> types.add(convert.dtype(item, dtypes)));
    }
    return exprs.indexMap(lambda, dtypes == null ? null : types);
  }
}
