package dev.weft.graph.structural;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.graph.Binding;
import dev.weft.graph.BindingBlock;
import dev.weft.graph.Body;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphType;
import dev.weft.graph.GraphVar;
import dev.weft.graph.ShapeType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TupleType;
import dev.weft.graph.op.Attributes;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.structural.Mismatch;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A function without names: one list of all that counts in it, in order, where variables and sizes
 * are numbers by their first mention. Two functions are equal up to names if their lists are.
 */
final class Skeleton {
  /** A variable, by its number. */
  private record Numbered(int number) {
    @Override
    public String toString() {
      return "variable " + number;
    }
  }

  /** A constant, by its elements. */
  private record Elements(Tensor tensor) {
    private static final int HASHED_BYTES = 4096;

    @Override
    public boolean equals(Object other) {
      return other instanceof Elements(Tensor that)
          && tensor.dtype().equals(that.dtype())
          && Arrays.equals(tensor.shape(), that.shape())
          && tensor.data().mismatch(that.data()) < 0;
    }

    @Override
    public int hashCode() {
      long bytes = Math.min(HASHED_BYTES, tensor.bytes());
      int hash = tensor.data().asSlice(0, bytes).asByteBuffer().hashCode();
      return 31 * (31 * hash + tensor.dtype().toString().hashCode())
          + Arrays.hashCode(tensor.shape());
    }

    @Override
    public String toString() {
      return "a constant " + tensor.dtype() + Arrays.toString(tensor.shape());
    }
  }

  private final List<Object> things = new ArrayList<>();
  private final List<String> places = new ArrayList<>();
  private final IdentityHashMap<GraphVar, Integer> variables = new IdentityHashMap<>();
  private final Map<String, IntExpr> symbols = new HashMap<>();
  private String place = "";

  private Skeleton() {}

  static Skeleton of(GraphFunction function) {
    Skeleton skeleton = new Skeleton();
    skeleton.function(function);
    return skeleton;
  }

  Optional<Mismatch> mismatch(Skeleton other, String name) {
    int common = Math.min(things.size(), other.things.size());
    for (int i = 0; i < common; i++) {
      if (!things.get(i).equals(other.things.get(i))) {
        return Optional.of(
            new Mismatch(
                name + ", " + places.get(i), "they differ", things.get(i), other.things.get(i)));
      }
    }
    // Lists begin with their length, so there is no difference behind the common part.
    return Optional.empty();
  }

  long hash() {
    long hash = things.size();
    for (Object thing : things) {
      // By their text, since the hashes of enum constants differ from run to run.
      int own = thing instanceof Elements e ? e.hashCode() : thing.toString().hashCode();
      hash = GraphHash.mixed(hash, own);
    }
    return hash;
  }

  private void add(Object thing) {
    things.add(thing);
    places.add(place);
  }

  private void function(GraphFunction function) {
    place = "the parameters";
    params(function.params());
    place = "the names of the results";
    add(function.resultNames());
    place = "the attributes";
    Map<String, Object> attrs = new TreeMap<>();
    function.attrs().forEach((key, value) -> attrs.put(key, attribute(value)));
    add(attrs);
    body(function.body());
  }

  /** A number or string; another value of TensorIR is the same only if it is identical. */
  private static Object attribute(AttrValue value) {
    return switch (value) {
      case Expr.IntImm number -> number;
      case Expr.FloatImm number -> number;
      case Expr.StringImm text -> text;
      default -> value;
    };
  }

  private void params(List<GraphVar> params) {
    add(params.size());
    for (GraphVar param : params) {
      bind(param);
    }
  }

  private void bind(GraphVar variable) {
    type(variable.type());
    add(variable.isDataflow());
    add(number(variable));
  }

  private Numbered number(GraphVar variable) {
    return new Numbered(variables.computeIfAbsent(variable, v -> variables.size()));
  }

  private void body(Body body) {
    add(body.blocks().size());
    for (BindingBlock block : body.blocks()) {
      add(block.dataflow());
      add(block.bindings().size());
      for (Binding binding : block.bindings()) {
        String outer = place;
        place = "the binding of '" + binding.var().name() + "'";
        value(binding.value());
        bind(binding.var());
        place = outer;
      }
    }
    operands(body.results());
  }

  private void operands(List<GraphExpr> operands) {
    add(operands.size());
    operands.forEach(this::value);
  }

  private void value(GraphExpr value) {
    switch (value) {
      case GraphVar v -> add(number(v));
      case GraphExpr.Constant c -> add(new Elements(c.value()));
      case GraphExpr.Call(var op, var args, var type) -> {
        part(op);
        operands(args);
      }
      case GraphExpr.CallTir(var function, var args, var outputs, var sizes) -> {
        add("call_tir");
        add(function);
        operands(args);
        part(outputs);
        part(sizes);
      }
      case GraphExpr.CallFunction(var function, var args, var type) -> {
        add("call");
        add(function);
        operands(args);
      }
      case GraphExpr.CallPacked(var function, var args, var outputs, var attributes) -> {
        add("call_packed");
        add(function);
        operands(args);
        part(outputs);
        add(attributes);
      }
      case GraphExpr.Tuple(var fields) -> {
        add("tuple");
        operands(fields);
      }
      case GraphExpr.TupleGet(var tuple, int index) -> {
        add("field");
        value(tuple);
        add(index);
      }
      case GraphExpr.BindSizes(var where, var reads, var sizes, var checks) -> {
        add("bind_sizes");
        add(where);
        add(reads.size());
        for (GraphExpr.BindSizes.Read read : reads) {
          value(read.tensor());
          part(read.index());
          part(IntExpr.symbol(read.name()));
        }
        add(sizes.size());
        for (GraphExpr.BindSizes.Size size : sizes) {
          part(size.value());
          part(IntExpr.symbol(size.symbol()));
        }
        add(checks.size());
        for (GraphExpr.BindSizes.Check check : checks) {
          part(check.condition());
          add(check.otherwise());
        }
      }
      case GraphExpr.If(var condition, var then, var otherwise, var type) -> {
        add("if");
        value(condition);
        body(then);
        body(otherwise);
      }
      case GraphExpr.Loop loop -> {
        add("loop");
        part(loop.trips());
        add(loop.condition() == null ? "counted" : "conditional");
        if (loop.condition() != null) {
          value(loop.condition());
        }
        operands(loop.initial());
        part(IntExpr.symbol(loop.index()));
        params(loop.params());
        body(loop.body());
      }
    }
  }

  private void type(GraphType type) {
    switch (type) {
      case TensorType tensor -> {
        add(tensor.dtype());
        part(tensor.shape());
      }
      case ShapeType shape -> {
        add("shape");
        part(shape.sizes());
      }
      case TupleType tuple -> {
        add("tuple");
        add(tuple.fields().size());
        tuple.fields().forEach(this::type);
      }
    }
  }

  /** An operator, an attribute of one, a size: what it is made of, with sizes by number. */
  private void part(Object part) {
    switch (part) {
      case IntExpr size -> add(numbered(size));
      case Shape shape -> part(shape.dims());
      case TensorType type -> type(type);
      case Tensor tensor -> add(new Elements(tensor));
      case List<?> list -> {
        add(list.size());
        list.forEach(this::part);
      }
      case Map<?, ?> map -> {
        add(map.keySet());
        map.values().forEach(this::part);
      }
      case DType dtype -> add(dtype);
      case Record made when Modifier.isPublic(made.getClass().getModifiers()) -> {
        add(made.getClass().getName());
        Attributes.of(made)
            .forEach(
                (name, component) -> {
                  add(name);
                  part(component);
                });
        add("end");
      }
      default -> add(part);
    }
  }

  private IntExpr numbered(IntExpr size) {
    for (String symbol : size.symbols()) {
      symbols.computeIfAbsent(symbol, s -> IntExpr.symbol("s" + symbols.size()));
    }
    return size.substitute(symbols);
  }
}
