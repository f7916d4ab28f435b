package dev.weft.runtime.plan;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks a plan by walking it with the names that are defined at each point. */
final class PlanValidation {
  /** What is defined at a point of the plan. */
  private static final class Scope {
    final Map<String, TensorSpec> buffers;
    final Set<String> sizes;
    final Map<String, DType> stacks = new LinkedHashMap<>();

    Scope(Map<String, TensorSpec> buffers, Set<String> sizes) {
      this.buffers = new LinkedHashMap<>(buffers);
      this.sizes = new LinkedHashSet<>(sizes);
    }

    Scope inner() {
      Scope inner = new Scope(buffers, sizes);
      inner.stacks.putAll(stacks);
      return inner;
    }
  }

  private final Set<String> readOnly = new HashSet<>();
  private final Set<String> pools = new HashSet<>();

  private PlanValidation() {}

  static void check(
      List<TensorSpec> inputs,
      List<TensorSpec> constants,
      List<MemoryPool> pools,
      List<Instruction> body,
      List<PlanOutput> outputs) {
    new PlanValidation().plan(inputs, constants, pools, body, outputs);
  }

  private void plan(
      List<TensorSpec> inputs,
      List<TensorSpec> constants,
      List<MemoryPool> pools,
      List<Instruction> body,
      List<PlanOutput> outputs) {
    Scope scope = new Scope(Map.of(), Set.of());
    for (TensorSpec input : inputs) {
      String where = "input '" + input.name() + "'";
      for (IntExpr dim : input.shape().dims()) {
        if (dim instanceof IntExpr.Symbol(String name)) {
          scope.sizes.add(name);
        }
      }
      define(scope, input, where);
      readOnly.add(input.name());
    }
    for (TensorSpec input : inputs) {
      sizes(scope, input.shape(), "input '" + input.name() + "'");
    }
    for (TensorSpec constant : constants) {
      String where = "constant '" + constant.name() + "'";
      if (!constant.shape().isStatic()) {
        throw new PlanException("the shape " + constant.shape() + " is not static", where);
      }
      define(scope, constant, where);
      readOnly.add(constant.name());
    }
    for (MemoryPool pool : pools) {
      String where = "pool '" + pool.name() + "'";
      if (!this.pools.add(pool.name())) {
        throw new PlanException("there is another pool of that name", where);
      }
      size(scope, pool.bytes(), where);
    }
    block(scope, body, "");
    Set<String> names = new HashSet<>();
    for (PlanOutput output : outputs) {
      String where = "output '" + output.tensor().name() + "'";
      if (!names.add(output.tensor().name())) {
        throw new PlanException("there is another output of that name", where);
      }
      TensorSpec held = buffer(scope, output.buffer(), where);
      if (!held.dtype().equals(output.tensor().dtype())) {
        throw new PlanException(
            "it is " + output.tensor().dtype() + ", its buffer " + held.dtype(), where);
      }
      sizes(scope, output.tensor().shape(), where);
    }
  }

  private void block(Scope scope, List<Instruction> body, String path) {
    for (int i = 0; i < body.size(); i++) {
      Instruction instruction = body.get(i);
      String where =
          "instruction " + path + i + " (" + instruction.getClass().getSimpleName() + ")";
      instruction(scope, instruction, path + i + ".", where);
    }
  }

  private void instruction(Scope scope, Instruction instruction, String path, String where) {
    switch (instruction) {
      case Instruction.Allocate(TensorSpec tensor, Storage storage) -> {
        sizes(scope, tensor.shape(), where);
        if (storage instanceof Storage.Pooled(String pool, IntExpr offset)) {
          if (!pools.contains(pool)) {
            throw new PlanException("there is no pool '" + pool + "', only " + pools, where);
          }
          if (offset instanceof IntExpr.Const(long value) && value % LaunchPlan.ALIGNMENT != 0) {
            throw new PlanException(
                "the offset " + value + " is no multiple of " + LaunchPlan.ALIGNMENT, where);
          }
          size(scope, offset, where);
        }
        define(scope, tensor, where);
      }
      case Instruction.Launch(String kernel, var arguments, LaunchGeometry geometry) -> {
        String place = where + " of '" + kernel + "'";
        for (PlanArgument argument : arguments) {
          switch (argument) {
            case PlanArgument.Buffer(String name) -> buffer(scope, name, place);
            case PlanArgument.Size(IntExpr value) -> size(scope, value, place);
            case PlanArgument.Real real -> {}
          }
        }
        geometry.grid().forEach(extent -> size(scope, extent, place));
        geometry.block().forEach(extent -> size(scope, extent, place));
        size(scope, geometry.sharedBytes(), place);
      }
      case Instruction.Copy copy -> {
        buffer(scope, copy.source(), where);
        buffer(scope, copy.target(), where);
        if (readOnly.contains(copy.target())) {
          throw new PlanException("'" + copy.target() + "' may only be read", where);
        }
        size(scope, copy.sourceOffset(), where);
        size(scope, copy.targetOffset(), where);
        size(scope, copy.bytes(), where);
      }
      case Instruction.ShapeCompute(String size, HostValue value) -> {
        value(scope, value, where);
        defineSize(scope, size, where);
      }
      case Instruction.Check check -> size(scope, check.condition(), where);
      case Instruction.Alias(String name, String source, Shape shape) -> {
        TensorSpec tensor = buffer(scope, source, where);
        if (shape != null) {
          sizes(scope, shape, where);
        }
        Shape seen = shape == null ? tensor.shape() : shape;
        define(scope, new TensorSpec(name, tensor.dtype(), seen), where);
      }
      case Instruction.BeginStack(String stack, DType dtype, IntExpr expected) -> {
        size(scope, expected, where);
        if (scope.stacks.put(stack, dtype) != null) {
          throw new PlanException("the stack '" + stack + "' is begun twice", where);
        }
      }
      case Instruction.Push(String stack, String name) ->
          sameDtype(stack(scope, stack, where), buffer(scope, name, where), where);
      case Instruction.EndStack(String stack, TensorSpec result) -> {
        sameDtype(stack(scope, stack, where), result, where);
        if (result.shape().rank() == 0) {
          throw new PlanException("a stack gives at least one dimension, not " + result, where);
        }
        defineSizes(scope, result);
        sizes(scope, result.shape(), where);
        define(scope, result, where);
      }
      case Instruction.Branch(HostValue condition, var then, var otherwise) -> {
        value(scope, condition, where);
        Scope thenScope = scope.inner();
        Scope otherScope = scope.inner();
        block(thenScope, then, path + "then.");
        block(otherScope, otherwise, path + "else.");
        join(scope, thenScope, otherScope, where);
      }
      case Instruction.Loop loop -> loop(scope, loop, path, where);
      case Instruction.ExternalCall call -> {
        for (TensorSpec input : call.inputs()) {
          buffer(scope, input.name(), where);
          sizes(scope, input.shape(), where);
        }
        call.outputs().forEach(output -> defineSizes(scope, output));
        for (TensorSpec output : call.outputs()) {
          sizes(scope, output.shape(), where);
          define(scope, output, where);
        }
      }
      case Instruction.Free(String name) -> {
        buffer(scope, name, where);
        if (readOnly.contains(name)) {
          throw new PlanException("'" + name + "' is an input or constant, not freed", where);
        }
        scope.buffers.remove(name);
      }
    }
  }

  private void loop(Scope scope, Instruction.Loop loop, String path, String where) {
    size(scope, loop.trips(), where);
    Scope inner = scope.inner();
    defineSize(inner, loop.index(), where);
    for (Carried carried : loop.carried()) {
      switch (carried) {
        case Carried.Buffer(String name, String initial, String next) -> {
          TensorSpec first = buffer(scope, initial, where);
          define(inner, new TensorSpec(name, first.dtype(), first.shape()), where);
        }
        case Carried.Size(String name, IntExpr initial, IntExpr next) -> {
          size(scope, initial, where);
          defineSize(inner, name, where);
        }
      }
    }
    value(inner, loop.condition(), where);
    Scope end = inner.inner();
    block(end, loop.body(), path);
    for (String name : scope.buffers.keySet()) {
      if (!end.buffers.containsKey(name)) {
        throw new PlanException("the body frees '" + name + "', which is defined outside", where);
      }
    }
    for (Carried carried : loop.carried()) {
      switch (carried) {
        case Carried.Buffer(String name, String initial, String next) -> {
          TensorSpec first = buffer(scope, initial, where);
          TensorSpec last = buffer(end, next, where);
          if (!last.dtype().equals(first.dtype())) {
            throw new PlanException(
                "'" + name + "' is " + first.dtype() + " at first, then " + last.dtype(), where);
          }
          define(scope, new TensorSpec(name, first.dtype(), first.shape()), where);
        }
        case Carried.Size(String name, IntExpr initial, IntExpr next) -> {
          size(end, next, where);
          defineSize(scope, name, where);
        }
      }
    }
  }

  /** What both arms left defined is defined afterwards; what one arm freed is gone. */
  private static void join(Scope scope, Scope then, Scope otherwise, String where) {
    scope.sizes.addAll(then.sizes.stream().filter(otherwise.sizes::contains).toList());
    Map<String, TensorSpec> both = new LinkedHashMap<>();
    then.buffers.forEach(
        (name, tensor) -> {
          TensorSpec other = otherwise.buffers.get(name);
          if (other != null) {
            if (!other.dtype().equals(tensor.dtype())) {
              throw new PlanException(
                  "'"
                      + name
                      + "' is "
                      + tensor.dtype()
                      + " in one arm, "
                      + other.dtype()
                      + " in the other",
                  where);
            }
            both.put(name, tensor);
          }
        });
    scope.buffers.clear();
    scope.buffers.putAll(both);
  }

  private static void define(Scope scope, TensorSpec tensor, String where) {
    if (scope.buffers.put(tensor.name(), tensor) != null) {
      throw new PlanException("the buffer '" + tensor.name() + "' is defined twice", where);
    }
  }

  /** A dimension that is a bare symbol may define it. */
  private static void defineSizes(Scope scope, TensorSpec tensor) {
    for (IntExpr dim : tensor.shape().dims()) {
      if (dim instanceof IntExpr.Symbol(String name)) {
        scope.sizes.add(name);
      }
    }
  }

  private static DType stack(Scope scope, String name, String where) {
    DType dtype = scope.stacks.get(name);
    if (dtype == null) {
      throw new PlanException(
          "there is no stack '" + name + "' here, only " + scope.stacks.keySet(), where);
    }
    return dtype;
  }

  private static void sameDtype(DType dtype, TensorSpec tensor, String where) {
    if (!tensor.dtype().equals(dtype)) {
      throw new PlanException("the stack is of " + dtype + ", '" + tensor + "' is not", where);
    }
  }

  private static void defineSize(Scope scope, String name, String where) {
    if (!scope.sizes.add(name)) {
      throw new PlanException("the size '" + name + "' is defined twice", where);
    }
  }

  private static TensorSpec buffer(Scope scope, String name, String where) {
    TensorSpec tensor = scope.buffers.get(name);
    if (tensor == null) {
      throw new PlanException(
          "there is no buffer '" + name + "' here, only " + scope.buffers.keySet(), where);
    }
    return tensor;
  }

  private static void sizes(Scope scope, Shape shape, String where) {
    shape.dims().forEach(dim -> size(scope, dim, where));
  }

  private static void size(Scope scope, IntExpr value, String where) {
    for (String name : value.symbols()) {
      if (!scope.sizes.contains(name)) {
        throw new PlanException(
            "the size '" + name + "' is not known here, only " + scope.sizes, where);
      }
    }
  }

  private static void value(Scope scope, HostValue value, String where) {
    switch (value) {
      case HostValue.Expression(IntExpr expression) -> size(scope, expression, where);
      case HostValue.Element(String name, IntExpr index) -> {
        TensorSpec tensor = buffer(scope, name, where);
        if (!tensor.dtype().isInt() && !tensor.dtype().isBool()) {
          throw new PlanException(
              "'" + name + "' is " + tensor.dtype() + ", not an integer or bool", where);
        }
        size(scope, index, where);
      }
      case HostValue.Dimension(String name, int axis) -> {
        TensorSpec tensor = buffer(scope, name, where);
        if (axis < 0 || axis >= tensor.shape().rank()) {
          throw new PlanException("'" + tensor + "' has no dimension " + axis, where);
        }
      }
    }
  }
}
