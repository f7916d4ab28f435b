package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.weft.base.DType;
import dev.weft.base.Shape;
import dev.weft.frontend.ImportException;
import dev.weft.graph.TensorType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The types that a model declares. */
final class ValueTypes {
  private ValueTypes() {}

  /** The type of a tensor; null if the value is none, or of elements that Weft has no dtype for. */
  static @Nullable TensorType tensor(ValueInfoProto value, SymbolNames symbols, String where) {
    TypeProto type = value.getType();
    if (!type.hasTensorType()) {
      return null;
    }
    DType dtype = OnnxTypes.dtype(type.getTensorType().getElemType());
    if (dtype == null) {
      return null;
    }
    if (!type.getTensorType().hasShape()) {
      throw new ImportException(
          "the model does not say how many dimensions its input '" + value.getName() + "' has",
          where,
          "export the model with the shapes of its inputs");
    }
    return new TensorType(
        new Shape(
            type.getTensorType().getShape().getDimList().stream().map(symbols::size).toList()),
        dtype);
  }

  /** What a value is, for messages. */
  static String name(ValueInfoProto value) {
    TypeProto type = value.getType();
    return type.hasTensorType()
        ? "tensor of " + OnnxTypes.name(type.getTensorType().getElemType())
        : type.getValueCase().name().toLowerCase(Locale.ROOT).replace("_type", "");
  }
}
