package dev.weft.graph.plan;

import dev.weft.base.IntExpr;
import dev.weft.graph.Binding;
import dev.weft.graph.GraphChildren;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphFunction;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Reshape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Works out a {@link MemoryPlan}: what shares memory with what, who lives when, who goes where. */
final class Planner {
  /** What holds the elements of a value. */
  private sealed interface Storage {
    record Fixed(Place place) implements Storage {}

    /** Memory that a call writes. */
    record Written(Lifetime lifetime) implements Storage {}
  }

  private final GraphFunction function;
  private final IdentityHashMap<GraphVar, List<Storage>> storages = new IdentityHashMap<>();
  private final List<Lifetime> written = new ArrayList<>();

  Planner(GraphFunction function) {
    this.function = function;
  }

  MemoryPlan plan() {
    for (int i = 0; i < function.params().size(); i++) {
      storages.put(function.params().get(i), List.of(new Storage.Fixed(new Place.Input(i))));
    }
    List<Binding> bindings = function.body().bindings();
    for (int i = 0; i < bindings.size(); i++) {
      int time = i;
      GraphChildren.forEachOperand(bindings.get(i).value(), operand -> use(operand, time));
      storages.put(bindings.get(i).var(), storage(bindings.get(i), i));
    }
    IdentityHashMap<Lifetime, Place> places = new IdentityHashMap<>();
    List<MemoryPlan.Copy> copies = results(places, bindings.size());
    Pool pool = new Pool(written.stream().filter(unit -> !places.containsKey(unit)).toList());
    places.putAll(pool.places());
    IdentityHashMap<GraphVar, List<Place>> result = MemoryPlan.newPlaces();
    storages.forEach(
        (variable, parts) ->
            result.put(variable, parts.stream().map(part -> place(part, places)).toList()));
    return new MemoryPlan(result, pool.bytes(), pool.unsharedBytes(), copies);
  }

  private static Place place(Storage storage, IdentityHashMap<Lifetime, Place> places) {
    return switch (storage) {
      case Storage.Fixed(Place place) -> place;
      case Storage.Written(Lifetime lifetime) -> {
        Place place = places.get(lifetime);
        if (place == null) {
          throw new IllegalStateException("a value was given no place");
        }
        yield place;
      }
    };
  }

  private List<Storage> storage(Binding binding, int time) {
    return switch (binding.value()) {
      case GraphExpr.CallTir(var name, var args, var outputs, var sizes) ->
          newStorage(outputs, time);
      case GraphExpr.CallPacked(var name, var args, var outputs) -> newStorage(outputs, time);
      case GraphExpr.Call(Reshape view, var args, var type) -> storage(args.get(0));
      case GraphVar variable -> storage(variable);
      case GraphExpr.Constant constant -> storage(constant);
      case GraphExpr.Tuple(var fields) ->
          fields.stream().map(field -> storage(field).get(0)).toList();
      case GraphExpr.TupleGet(var tuple, int index) -> List.of(storage(tuple).get(index));
      case GraphExpr.Call call -> throw unplanned(binding, "the operator " + call.op().name());
      case GraphExpr.CallFunction call -> throw unplanned(binding, "a graph function");
      case GraphExpr.If branch -> throw unplanned(binding, "a branch");
      case GraphExpr.Loop loop -> throw unplanned(binding, "a loop");
    };
  }

  private static IllegalArgumentException unplanned(Binding binding, String what) {
    return new IllegalArgumentException(
        "the binding of '"
            + binding.var().name()
            + "' is "
            + what
            + ", for which no memory can be planned: lower the graph first");
  }

  private List<Storage> newStorage(List<TensorType> outputs, int time) {
    List<Storage> parts = new ArrayList<>();
    for (TensorType output : outputs) {
      Lifetime lifetime = new Lifetime(output.bytes(), time);
      written.add(lifetime);
      parts.add(new Storage.Written(lifetime));
    }
    return parts;
  }

  private List<Storage> storage(GraphExpr atom) {
    if (atom instanceof GraphExpr.Constant constant) {
      return List.of(new Storage.Fixed(new Place.Constant(constant)));
    }
    List<Storage> known = atom instanceof GraphVar variable ? storages.get(variable) : null;
    if (known == null) {
      throw new IllegalArgumentException("'" + atom + "' is used before it is bound");
    }
    return known;
  }

  private void use(GraphExpr operand, int time) {
    for (Storage part : storage(operand)) {
      if (part instanceof Storage.Written(Lifetime lifetime)) {
        lifetime.useAt(time);
      }
    }
  }

  /** Kernels write results where they belong; what can't be written there is copied at the end. */
  private List<MemoryPlan.Copy> results(IdentityHashMap<Lifetime, Place> places, int end) {
    List<MemoryPlan.Copy> copies = new ArrayList<>();
    Set<Lifetime> taken = Collections.newSetFromMap(new IdentityHashMap<>());
    List<GraphExpr> results = function.body().results();
    for (int i = 0; i < results.size(); i++) {
      use(results.get(i), end);
      Storage storage = storage(results.get(i)).get(0);
      if (storage instanceof Storage.Written(Lifetime lifetime) && taken.add(lifetime)) {
        places.put(lifetime, new Place.Output(i));
      } else {
        copies.add(new MemoryPlan.Copy(i, results.get(i)));
      }
    }
    return copies;
  }

  /** The size of the memory that a call writes, and from when to when it is needed. */
  static final class Lifetime {
    private final IntExpr bytes;
    private final int begin;
    private int end;

    Lifetime(IntExpr bytes, int begin) {
      this.bytes = bytes;
      this.begin = begin;
      this.end = begin;
    }

    IntExpr bytes() {
      return bytes;
    }

    int begin() {
      return begin;
    }

    void useAt(int time) {
      end = Math.max(end, time);
    }

    /** Whether both are needed at one time: a call's operands are while it writes its results. */
    boolean overlaps(Lifetime other) {
      return begin <= other.end && other.begin <= end;
    }
  }
}
