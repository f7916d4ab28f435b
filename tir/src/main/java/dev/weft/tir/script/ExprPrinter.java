package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Callee;
import dev.weft.tir.CommReducer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Expressions, regions and values of annotations as text. */
final class ExprPrinter {
  private static final int OR = 1;
  private static final int AND = 2;
  private static final int NOT = 3;
  private static final int COMPARISON = 4;
  private static final int SUM = 5;
  private static final int PRODUCT = 6;
  private static final int SIGN = 7;
  private static final int ATOM = 8;

  private final NameTable names;
  private final Set<Object> underline;

  ExprPrinter(NameTable names, Set<Object> underline) {
    this.names = names;
    this.underline = underline;
  }

  /** Text and how tightly its outermost operator binds. */
  private record Text(String text, int binding) {}

  String text(Expr e) {
    return bound(e).text();
  }

  String list(List<? extends Expr> items) {
    return items.stream().map(this::text).collect(Collectors.joining(", "));
  }

  /** A tuple; of one element with the comma that makes it one. */
  String tuple(List<? extends Expr> items) {
    return items.size() == 1 ? "(" + text(items.get(0)) + ",)" : "(" + list(items) + ")";
  }

  /** The text, in parentheses if it binds less tightly than asked. */
  private String operand(Expr e, int atLeast) {
    Text text = bound(e);
    return text.binding() < atLeast ? "(" + text.text() + ")" : text.text();
  }

  private Text bound(Expr e) {
    Text text = plain(e);
    return underline.contains(e) ? new Text(Lines.marked(text.text()), text.binding()) : text;
  }

  private Text plain(Expr e) {
    return switch (e) {
      case Var v -> atom(names.text(v));
      case Expr.IntImm imm -> {
        String text = Literals.text(imm);
        yield new Text(text, text.startsWith("-") ? SIGN : ATOM);
      }
      case Expr.FloatImm imm -> atom(Literals.text(imm));
      case Expr.StringImm(var value) -> atom(Literals.quoted(value));
      case Expr.Cast(var dtype, var value) ->
          atom("T.Cast(" + Literals.quoted(dtype.toString()) + ", " + text(value) + ")");
      case Expr.Binary binary -> binary(binary);
      case Expr.Not(var value) ->
          value instanceof Expr.IntImm
              ? atom("T.Not(" + text(value) + ")")
              : new Text("not " + operand(value, NOT), NOT);
      case Expr.Select(var condition, var ifTrue, var ifFalse) ->
          atom("T.Select(" + list(List.of(condition, ifTrue, ifFalse)) + ")");
      case Expr.Load(var buffer, var indices, var predicate) ->
          atom(
              predicate == null
                  ? access(buffer, indices)
                  : names.text(buffer)
                      + ".vload(["
                      + list(indices)
                      + "], predicate="
                      + text(predicate)
                      + ")");
      case Expr.Ramp(var base, var stride, var lanes) ->
          atom("T.Ramp(" + text(base) + ", " + text(stride) + ", " + lanes + ")");
      case Expr.Broadcast(var value, var lanes) ->
          atom("T.Broadcast(" + text(value) + ", " + lanes + ")");
      case Expr.Let(var v, var value, var body) ->
          atom("T.Let(" + text(body) + ", where={" + names.text(v) + ": " + text(value) + "})");
      case Expr.Shuffle(var vectors, var positions) ->
          atom("T.Shuffle([" + list(vectors) + "], [" + list(positions) + "])");
      case Expr.Call call -> atom(call(call));
    };
  }

  private static Text atom(String text) {
    return new Text(text, ATOM);
  }

  /** An operator, unless reading it would fold it away: then the node's own name. */
  private Text binary(Expr.Binary e) {
    boolean kept =
        Expr.binary(e.op(), e.a(), e.b()) instanceof Expr.Binary(var op, var a, var b)
            && op == e.op()
            && a == e.a()
            && b == e.b()
            && !(a instanceof Expr.IntImm && b instanceof Expr.IntImm);
    return switch (e.op()) {
      case ADD, SUB -> kept ? operator(e, SUM, SUM, PRODUCT) : named(e);
      case MUL, FLOOR_DIV, FLOOR_MOD -> kept ? operator(e, PRODUCT, PRODUCT, SIGN) : named(e);
      case DIV -> kept && e.dtype().isFloat() ? operator(e, PRODUCT, PRODUCT, SIGN) : named(e);
      case EQ, NE, LT, LE, GT, GE -> kept ? operator(e, COMPARISON, SUM, SUM) : named(e);
      case AND -> kept ? operator(e, AND, AND, NOT) : named(e);
      case OR -> kept ? operator(e, OR, OR, AND) : named(e);
      case MIN, MAX -> kept ? call("T." + e.op().text, e) : named(e);
      case MOD -> kept ? call("T.truncmod", e) : named(e);
    };
  }

  private Text operator(Expr.Binary e, int binding, int left, int right) {
    return new Text(
        operand(e.a(), left) + " " + e.op().text + " " + operand(e.b(), right), binding);
  }

  private Text named(Expr.Binary e) {
    return call("T." + nodeName(e.op()), e);
  }

  private Text call(String function, Expr.Binary e) {
    return atom(function + "(" + text(e.a()) + ", " + text(e.b()) + ")");
  }

  /** What {@code T} calls the node of an operation; never folded when read. */
  static String nodeName(BinaryOp op) {
    return switch (op) {
      case ADD -> "Add";
      case SUB -> "Sub";
      case MUL -> "Mul";
      case DIV -> "Div";
      case MOD -> "Mod";
      case FLOOR_DIV -> "FloorDiv";
      case FLOOR_MOD -> "FloorMod";
      case MIN -> "Min";
      case MAX -> "Max";
      case EQ -> "EQ";
      case NE -> "NE";
      case LT -> "LT";
      case LE -> "LE";
      case GT -> "GT";
      case GE -> "GE";
      case AND -> "And";
      case OR -> "Or";
    };
  }

  private String call(Expr.Call call) {
    List<String> args = new ArrayList<>();
    CallTypes.Place place = CallTypes.place(call.callee());
    String dtype = Literals.quoted(call.dtype().toString());
    if (place == CallTypes.Place.FIRST) {
      args.add(dtype);
    }
    int matched = CallTypes.firstMatched(call.callee());
    boolean mixed =
        call.args().stream()
                .skip(Math.min(matched, call.args().size()))
                .map(Expr::dtype)
                .distinct()
                .count()
            > 1;
    for (int i = 0; i < call.args().size(); i++) {
      Expr arg = call.args().get(i);
      boolean typed = mixed && i >= matched && arg instanceof Expr.IntImm;
      args.add(typed && arg.dtype().equals(DType.INT32) ? "T.int32(" + text(arg) + ")" : text(arg));
    }
    if (place == CallTypes.Place.LAST) {
      args.add(dtype);
    }
    if (place == CallTypes.Place.INFERRED
        && !CallTypes.inferred(call.callee(), call.args()).equals(call.dtype())) {
      args.add("dtype=" + dtype);
    }
    String function =
        switch (call.callee()) {
          case Intrinsic intrinsic -> "T." + intrinsic.text;
          case Callee.GlobalVar(var name) -> "cls." + name;
        };
    return function + "(" + String.join(", ", args) + ")";
  }

  /** {@code A[i, j]}, with slices for vectors. */
  String access(Buffer buffer, List<Expr> indices) {
    return names.text(buffer) + subscript(indices, this::index);
  }

  private static <T> String subscript(List<T> items, Function<T, String> text) {
    return items.isEmpty()
        ? "[()]"
        : items.stream().map(text).collect(Collectors.joining(", ", "[", "]"));
  }

  private String index(Expr e) {
    if (e instanceof Expr.Ramp(Expr base, Expr.IntImm stride, int lanes)
        && stride.value() > 0
        && base.dtype().bits() >= 32
        && !underline.contains(e)) {
      Expr stop = Slices.stop(base, Expr.imm(base.dtype(), lanes * stride.value()));
      String step = stride.value() == 1 ? "" : ":" + text(stride);
      return text(base) + ":" + text(stop) + step;
    }
    return text(e);
  }

  /** A region, as {@code A[i, 0:16]}. */
  String region(BufferRegion region) {
    String text = names.text(region.buffer()) + subscript(region.region(), this::range);
    return underline.contains(region) ? Lines.marked(text) : text;
  }

  private String range(Range range) {
    if (range.min().dtype().lanes() == 1
        && Range.point(range.min()).extent().equals(range.extent())) {
      return text(range.min());
    }
    return slice(range, ":");
  }

  /** The domain of an axis: the extent where it begins at 0, else a pair. */
  String domain(Range range) {
    if (range.min().isConst(0) && range.min().dtype().equals(range.extent().dtype())) {
      return text(range.extent());
    }
    String pair = slice(range, ", ");
    return pair.startsWith("T.Range.") ? pair : "(" + pair + ")";
  }

  private String slice(Range range, String separator) {
    Expr stop = Slices.stop(range.min(), range.extent());
    return Slices.extent(range.min(), stop).equals(range.extent())
        ? text(range.min()) + separator + text(stop)
        : explicit(range);
  }

  private String explicit(Range range) {
    return "T.Range.from_min_extent(" + text(range.min()) + ", " + text(range.extent()) + ")";
  }

  /** A value of an annotation or attribute. */
  String value(AttrValue value) {
    return switch (value) {
      case Expr e -> text(e);
      case AttrValue.Items(var values) ->
          values.stream().map(this::value).collect(Collectors.joining(", ", "[", "]"));
      case AttrValue.Entries(var values) -> dictionary(values);
      case IterVar axis -> iterVar(axis);
      case Buffer b -> names.text(b);
      case IndexMap map -> indexMap(map);
      case CommReducer reducer -> reducer(reducer);
    };
  }

  String dictionary(Map<String, AttrValue> values) {
    return values.entrySet().stream()
        .map(entry -> Literals.quoted(entry.getKey()) + ": " + value(entry.getValue()))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private String iterVar(IterVar axis) {
    String kind =
        switch (axis.kind()) {
          case SPATIAL -> "DataPar";
          case REDUCE -> "CommReduce";
          case SCAN -> "Ordered";
          case OPAQUE -> "Opaque";
          case THREAD -> "ThreadIndex";
        };
    String tag = axis.thread() == null ? "" : axis.thread().text;
    return "T.iter_var("
        + names.text(axis.var())
        + ", "
        + explicit(axis.dom())
        + ", "
        + Literals.quoted(kind)
        + ", "
        + Literals.quoted(tag)
        + ")";
  }

  private String reducer(CommReducer reducer) {
    StringBuilder text = new StringBuilder("T.comm_reducer(lambda ");
    names.scoped(
        () -> {
          List<String> params = new ArrayList<>();
          reducer.left().forEach(v -> params.add(names.declare(v)));
          reducer.right().forEach(v -> params.add(names.declare(v)));
          List<Expr> results = reducer.results();
          text.append(String.join(", ", params)).append(": ");
          text.append(results.size() == 1 ? text(results.get(0)) : tuple(results));
        });
    return text.append(", [").append(list(reducer.identity())).append("])").toString();
  }

  private String indexMap(IndexMap map) {
    StringBuilder text = new StringBuilder();
    names.scoped(
        () -> {
          List<String> inputs = map.inputs().stream().map(names::declare).toList();
          text.append("T.index_map(lambda ")
              .append(String.join(", ", inputs))
              .append(": ")
              .append(tuple(map.outputs()));
          List<DType> dtypes = map.inputs().stream().map(Var::dtype).toList();
          if (dtypes.stream().anyMatch(dtype -> !dtype.equals(DType.INT32))) {
            text.append(
                dtypes.stream()
                    .map(dtype -> Literals.quoted(dtype.toString()))
                    .collect(Collectors.joining(", ", ", input_dtypes=[", "]")));
          }
          text.append(')');
        });
    return text.toString();
  }
}
