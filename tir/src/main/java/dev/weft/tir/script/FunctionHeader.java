package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parameters, buffers and attributes of a function that is being read. */
final class FunctionHeader {
  final List<Var> params = new ArrayList<>();
  final Map<Var, Buffer> bufferMap = new LinkedHashMap<>();
  final Map<String, AttrValue> attrs = new LinkedHashMap<>();

  private final Conversions convert;
  private final Bindings bindings;
  private final ExprReader exprs;

  FunctionHeader(Conversions convert, Bindings bindings, ExprReader exprs) {
    this.convert = convert;
    this.bindings = bindings;
    this.exprs = exprs;
  }

  /** Reads one parameter: a buffer, a handle or a scalar. */
  void param(Syntax.Param param, BufferReader buffers) {
    Syntax.Expression type = param.type();
    if (type == null) {
      throw convert.error(
          param,
          "parameter '" + param.name() + "' has no type",
          "write " + param.name() + ": T.Buffer(shape, dtype), T.handle or a dtype");
    }
    if (type instanceof Syntax.Call call && isBuffer(call.function())) {
      buffer(param, call, buffers);
    } else if (type instanceof Syntax.Subscript subscript && isBuffer(subscript.base())) {
      buffer(
          param,
          new Syntax.Call(subscript.at(), subscript.base(), subscript.indices(), Map.of()),
          buffers);
    } else {
      Var v = typed(type, param.name());
      params.add(v);
      bindings.define(param.name(), new Value.Typed(v));
    }
  }

  private boolean isBuffer(Syntax.Expression function) {
    return exprs.value(function) instanceof Value.Builtin(String name) && name.equals("Buffer");
  }

  private void buffer(Syntax.Param param, Syntax.Call call, BufferReader buffers) {
    Arguments args = exprs.arguments(call, "Buffer");
    Buffer buffer = exprs.checked(call, () -> buffers.read(args, param.name())).buffer();
    Var handle = Var.of(param.name() + "_handle", DType.HANDLE);
    params.add(handle);
    bufferMap.put(handle, buffer);
    bindings.define(param.name(), new Value.BufferValue(buffer));
  }

  /** A variable of the type that an annotation names. */
  Var typed(Syntax.Expression type, String name) {
    if (type instanceof Syntax.Subscript(_, var base, var args)
        && args.size() == 1
        && exprs.value(base) instanceof Value.Builtin(String let)
        && let.equals("let")) {
      return typed(args.get(0), name);
    }
    Value value = exprs.value(type);
    if (value instanceof Value.Typed(Var v)) {
      return v.renamed(name);
    }
    if (value instanceof Value.Builtin(String text)) {
      DType dtype = CallReader.dtype(text);
      if (dtype != null) {
        return Var.of(name, dtype);
      }
    }
    throw convert.error(type, value.described() + " is no type", "expected one such as T.int32");
  }

  /** {@code T.match_buffer(param, …)}. */
  void match(Var param, Buffer buffer, Syntax at) {
    if (!params.contains(param) || !param.dtype().isHandle()) {
      throw convert.error(
          at,
          "'" + param.name() + "' is no handle of the signature",
          "match a parameter of type T.handle");
    }
    if (bufferMap.putIfAbsent(param, buffer) != null) {
      throw convert.error(at, "'" + param.name() + "' is matched twice", "match it once");
    }
  }

  /** Statements about the function; false if this is none. */
  boolean statement(String function, Syntax.Call call) {
    if (!function.equals("func_attr")) {
      return false;
    }
    Arguments args = exprs.arguments(call, function);
    attrs.putAll(convert.attrs(args.need("attrs"), call));
    args.done();
    return true;
  }
}
