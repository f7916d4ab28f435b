package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads {@code for} loops. */
final class LoopReader {
  private final Conversions convert;
  private final Bindings bindings;
  private final ExprReader exprs;
  private final Map<Var, Range> ranges = new HashMap<>();

  LoopReader(Conversions convert, Bindings bindings, ExprReader exprs) {
    this.convert = convert;
    this.bindings = bindings;
    this.exprs = exprs;
  }

  /** The range of a loop around; null for other variables. */
  @Nullable Range rangeOf(Var loop) {
    return ranges.get(loop);
  }

  /** What a loop is, before its variables have names. */
  private record Header(
      List<Range> ranges,
      ForKind kind,
      @Nullable ThreadTag thread,
      Map<String, AttrValue> annotations) {}

  Stmt loop(Syntax.For loop, Supplier<Stmt> body) {
    Header header = exprs.checked(loop.iterable(), () -> header(loop.iterable()));
    List<String> names = names(loop.target(), header.ranges().size());
    return bindings.scoped(
        () -> {
          List<Var> vars = new ArrayList<>();
          for (int i = 0; i < names.size(); i++) {
            Range range = header.ranges().get(i);
            Var v = Var.of(names.get(i), range.extent().dtype());
            vars.add(v);
            ranges.put(v, range);
            bindings.define(names.get(i), new Value.Typed(v));
          }
          Stmt nest = body.get();
          for (int i = vars.size() - 1; i >= 0; i--) {
            Range range = header.ranges().get(i);
            nest =
                new Stmt.For(
                    vars.get(i),
                    range.min(),
                    range.extent(),
                    header.kind(),
                    header.thread(),
                    header.annotations(),
                    nest);
          }
          return nest;
        });
  }

  private List<String> names(Syntax.Expression target, int count) {
    List<Syntax.Expression> items =
        target instanceof Syntax.Tuple(_, List<Syntax.Expression> several)
            ? several
            : List.of(target);
    if (items.size() != count) {
      throw convert.error(
          target,
          items.size() + " variables for " + count + " loops",
          "give one variable for each extent");
    }
    List<String> names = new ArrayList<>();
    for (Syntax.Expression item : items) {
      if (!(item instanceof Syntax.Name(_, String name))) {
        throw convert.error(item, "this is no loop variable", "expected a name");
      }
      names.add(name);
    }
    return names;
  }

  private Header header(Syntax.Expression iterable) {
    if (!(iterable instanceof Syntax.Call call)
        || !(exprs.value(call.function()) instanceof Value.Builtin(String name))) {
      throw unknown(iterable);
    }
    Arguments args = exprs.arguments(call, name);
    Header header =
        switch (name) {
          case "grid" -> grid(args);
          case "py.range", "serial" -> counted(args, ForKind.SERIAL);
          case "parallel" -> counted(args, ForKind.PARALLEL);
          case "vectorized" -> counted(args, ForKind.VECTORIZED);
          case "unroll" -> counted(args, ForKind.UNROLLED);
          case "thread_binding" -> counted(args, ForKind.THREAD_BINDING);
          default -> throw unknown(iterable);
        };
    args.done();
    return header;
  }

  private ScriptException unknown(Syntax.Expression iterable) {
    return convert.error(
        iterable,
        "this can't be looped over",
        "expected range, T.grid, T.serial, T.parallel, T.vectorized, T.unroll or"
            + " T.thread_binding");
  }

  private Header grid(Arguments args) {
    List<Range> grid =
        args.rest().stream().map(value -> typed(convert.range(value, args.call()))).toList();
    return new Header(grid, ForKind.SERIAL, null, Map.of());
  }

  private Header counted(Arguments args, ForKind kind) {
    Syntax.Call call = args.call();
    Value first = args.need("start");
    Value second =
        args.remaining() > 0 || call.keywords().containsKey("stop") ? args.findSome("stop") : null;
    ThreadTag thread = null;
    if (kind == ForKind.THREAD_BINDING) {
      if (second instanceof Value.PyString(String tag)) {
        thread = ThreadTag.parse(tag);
        second = null;
      } else {
        thread = ThreadTag.parse(convert.string(args.need("thread"), call));
      }
    }
    Value step = args.findSome("step");
    if (step != null && convert.constant(step, call) != 1) {
      throw convert.error(call, "loops count in steps of 1", "multiply the variable instead");
    }
    Map<String, AttrValue> annotations = convert.attrs(args.keyword("annotations"), call);
    Range range =
        second == null
            ? convert.range(first, call)
            : convert.range(new Value.Items(List.of(first, second)), call);
    return new Header(List.of(typed(range)), kind, thread, annotations);
  }

  /** Both ends in one type, the wider one. */
  private static Range typed(Range range) {
    DType min = range.min().dtype();
    DType extent = range.extent().dtype();
    DType wider = min.bits() > extent.bits() ? min : extent;
    return new Range(Expr.cast(wider, range.min()), Expr.cast(wider, range.extent()));
  }
}
