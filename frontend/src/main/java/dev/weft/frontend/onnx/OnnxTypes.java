package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.weft.base.DType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** ONNX's element types, by number: protobuf's enum does not know the newest. */
final class OnnxTypes {
  /** The numbers of types that are younger than the protobuf classes. */
  private static final int FLOAT4E2M1 = 23;

  private static final int FLOAT8E8M0 = 24;
  private static final int UINT2 = 25;
  private static final int INT2 = 26;

  private OnnxTypes() {}

  /** The dtype of an element type; null for those that Weft has none for (strings, complex). */
  static @Nullable DType dtype(int number) {
    return switch (number) {
      case DataType.FLOAT_VALUE -> DType.FLOAT32;
      case DataType.UINT8_VALUE -> DType.UINT8;
      case DataType.INT8_VALUE -> DType.INT8;
      case DataType.UINT16_VALUE -> DType.UINT16;
      case DataType.INT16_VALUE -> DType.INT16;
      case DataType.INT32_VALUE -> DType.INT32;
      case DataType.INT64_VALUE -> DType.INT64;
      case DataType.BOOL_VALUE -> DType.BOOL;
      case DataType.FLOAT16_VALUE -> DType.FLOAT16;
      case DataType.DOUBLE_VALUE -> DType.FLOAT64;
      case DataType.UINT32_VALUE -> DType.UINT32;
      case DataType.UINT64_VALUE -> DType.UINT64;
      case DataType.BFLOAT16_VALUE -> DType.BFLOAT16;
      case DataType.FLOAT8E4M3FN_VALUE -> DType.FLOAT8_E4M3;
      case DataType.FLOAT8E5M2_VALUE -> DType.FLOAT8_E5M2;
      case DataType.UINT4_VALUE -> DType.UINT4;
      case DataType.INT4_VALUE -> DType.INT4;
      case DataType.FLOAT8E4M3FNUZ_VALUE -> DType.FLOAT8_E4M3FNUZ;
      case DataType.FLOAT8E5M2FNUZ_VALUE -> DType.FLOAT8_E5M2FNUZ;
      case FLOAT4E2M1 -> DType.FLOAT4_E2M1;
      case FLOAT8E8M0 -> DType.FLOAT8_E8M0;
      case UINT2 -> DType.UINT2;
      case INT2 -> DType.INT2;
      default -> null;
    };
  }

  /** The number of a dtype's element type; 0 (undefined) if ONNX has none. */
  static int number(DType dtype) {
    for (int number = 1; number <= INT2; number++) {
      if (dtype.equals(dtype(number))) {
        return number;
      }
    }
    return 0;
  }

  /** The name of an element type, for messages. */
  static String name(int number) {
    DataType type = DataType.forNumber(number);
    return type == null ? "element type " + number : type.name().toLowerCase(Locale.ROOT);
  }
}
