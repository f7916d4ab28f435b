package dev.weft.frontend.npy;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What is before the data: the text of a Python dictionary. */
record NpyHeader(DType dtype, boolean bigEndian, boolean fortranOrder, List<Long> shape) {
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)(\\w)(\\d+)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");

  /** Reads the text. */
  static NpyHeader parse(String text, String where) {
    Matcher descr = DESCR.matcher(text);
    Matcher order = ORDER.matcher(text);
    Matcher dims = SHAPE.matcher(text);
    if (!descr.find() || !order.find() || !dims.find()) {
      throw new InputException(
          "the header of the file is not understood", where, "write one plain array of numbers");
    }
    DType dtype = dtype(descr.group(2), descr.group(3), where);
    boolean bigEndian =
        descr.group(1).equals(">")
            || (descr.group(1).equals("=") && ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN);
    return new NpyHeader(
        dtype, bigEndian, order.group(1).equals("True"), shape(dims.group(1), where));
  }

  private static List<Long> shape(String text, String where) {
    try {
      List<Long> shape =
          Arrays.stream(text.split(",", -1))
              .map(String::strip)
              .filter(dim -> !dim.isEmpty())
              .map(Long::parseUnsignedLong)
              .toList();
      long elements = 1;
      for (long dim : shape) {
        elements = Math.multiplyExact(elements, dim);
      }
      if (elements >= 0 && elements < Integer.MAX_VALUE) {
        return shape;
      }
    } catch (NumberFormatException | ArithmeticException e) {
      throw new InputException("the shape (" + text + ") makes no sense", where, "", e);
    }
    throw new InputException("the shape (" + text + ") is too large", where, "");
  }

  private static DType dtype(String kind, String bytes, String where) {
    return switch (kind + bytes) {
      case "f2" -> DType.FLOAT16;
      case "f4" -> DType.FLOAT32;
      case "f8" -> DType.FLOAT64;
      case "i1" -> DType.INT8;
      case "i2" -> DType.INT16;
      case "i4" -> DType.INT32;
      case "i8" -> DType.INT64;
      case "u1" -> DType.UINT8;
      case "u2" -> DType.UINT16;
      case "u4" -> DType.UINT32;
      case "u8" -> DType.UINT64;
      case "b1" -> DType.BOOL;
      default ->
          throw new InputException(
              "the element type '" + kind + bytes + "' is not supported",
              where,
              "convert the array with astype");
    };
  }

  /** The text, unpadded. */
  static String text(DType dtype, long[] shape) {
    String order =
        dtype.bytes() == 1 ? "|" : ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "<" : ">";
    String kind =
        switch (dtype.code()) {
          case FLOAT -> "f";
          case INT -> "i";
          case UINT -> "u";
          case BOOL -> "b";
          case BFLOAT,
              FLOAT8_E4M3,
              FLOAT8_E5M2,
              FLOAT8_E4M3FNUZ,
              FLOAT8_E5M2FNUZ,
              FLOAT8_E8M0,
              FLOAT4_E2M1,
              HANDLE,
              STRING,
              BARRIER,
              TOKEN,
              VOID ->
              throw new IllegalArgumentException("NumPy has no " + dtype);
        };
    String dims = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
    String tuple = shape.length == 1 ? "(" + dims + ",)" : "(" + dims + ")";
    return "{'descr': '"
        + order
        + kind
        + dtype.bytes()
        + "', 'fortran_order': False, 'shape': "
        + tuple
        + ", }";
  }

  long[] dims() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
