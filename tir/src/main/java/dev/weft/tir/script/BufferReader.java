package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Scope;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code (shape, dtype, data, strides, elem_offset, scope, align, offset_factor, …)}. */
final class BufferReader {
  private final Conversions convert;
  private final Bindings bindings;

  BufferReader(Conversions convert, Bindings bindings) {
    this.convert = convert;
    this.bindings = bindings;
  }

  /** What was read, and whether the text said where the data is. */
  record Declared(Buffer buffer, boolean hasData) {}

  Declared read(Arguments args, String name) {
    Syntax at = args.call();
    List<Expr> shape = shape(args.need("shape"), at);
    Value dtypeValue = args.findSome("dtype");
    DType dtype = dtypeValue == null ? DType.FLOAT32 : convert.dtype(dtypeValue, at);
    Value data = args.findSome("data");
    Value stridesValue = args.findSome("strides");
    Value offsetValue = args.findSome("elem_offset");
    Value scopeValue = args.findSome("scope");
    int alignment = number(args.findSome("align"), at, -1);
    int factor = number(args.findSome("offset_factor"), at, 0);
    Value type = args.findSome("buffer_type");
    if (type != null && !convert.string(type, at).matches("|default")) {
      throw convert.error(
          at,
          "buffers that broadcast by themselves are not supported",
          "leave out buffer_type and index the buffer as its shape says");
    }
    Value separators = args.findSome("axis_separators");
    args.done();

    DType indexType = shape.isEmpty() ? DType.INT32 : shape.get(0).dtype();
    List<Expr> strides = stridesValue == null ? List.of() : strides(stridesValue, indexType, at);
    Scope scope = scope(scopeValue, at);
    Expr offset = offset(offsetValue, factor, indexType, name, at);
    Var pointer = data == null ? Var.pointer(name, dtype, scope) : convert.var(data, at);
    List<Integer> axes = new ArrayList<>();
    if (separators != null) {
      convert.items(separators).forEach(item -> axes.add(convert.constant(item, at)));
    }
    Buffer buffer =
        new Buffer(
            pointer,
            dtype,
            shape,
            strides,
            offset,
            name,
            alignment <= 0 ? Buffer.DEFAULT_ALIGNMENT : alignment,
            factor == 0 ? 1 : factor,
            axes);
    return new Declared(buffer, data != null);
  }

  /** Dimensions; a string names a symbolic int32 size. */
  private List<Expr> shape(Value value, Syntax at) {
    List<Expr> shape = new ArrayList<>();
    for (Value item : convert.items(value)) {
      if (item instanceof Value.PyString(String name)) {
        Value known = bindings.find(name);
        if (known == null) {
          known = new Value.Typed(Var.int32(name));
          bindings.define(name, known);
        }
        shape.add(convert.expr(known, at));
      } else {
        shape.add(convert.expr(item, at));
      }
    }
    return shape;
  }

  private List<Expr> strides(Value value, DType indexType, Syntax at) {
    List<Expr> strides = new ArrayList<>();
    for (Value item : convert.items(value)) {
      if (item instanceof Value.PyString(String name)) {
        strides.add(Var.of(name, indexType));
      } else {
        strides.add(convert.expr(item, indexType, at));
      }
    }
    return strides;
  }

  /** An offset factor without offset means: some offset, a multiple of the factor. */
  private Expr offset(@Nullable Value value, int factor, DType indexType, String name, Syntax at) {
    if (value != null) {
      return convert.expr(value, indexType, at);
    }
    return factor == 0 ? Expr.imm(indexType, 0) : Var.of(name + "_elem_offset", indexType);
  }

  private Scope scope(@Nullable Value value, Syntax at) {
    String text = value == null ? "" : convert.string(value, at);
    try {
      return text.isEmpty() ? Scope.GLOBAL : Scope.parse(text);
    } catch (IllegalArgumentException e) {
      throw convert.error(at, "'" + text + "' is no storage scope", "write one such as \"shared\"");
    }
  }

  private int number(@Nullable Value value, Syntax at, int otherwise) {
    return value == null ? otherwise : convert.constant(value, at);
  }
}
