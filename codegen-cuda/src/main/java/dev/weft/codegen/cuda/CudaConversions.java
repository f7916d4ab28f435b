package dev.weft.codegen.cuda;

import dev.weft.base.DType;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.Helpers;

/**
 * Conversions of numbers as docs/NUMERICS.md says: to nearest even, from floats to integers towards
 * zero and saturating with 0 for NaN.
 */
final class CudaConversions {
  private final CudaDialect dialect;
  private final Helpers helpers;

  CudaConversions(CudaDialect dialect, Helpers helpers) {
    this.dialect = dialect;
    this.helpers = helpers;
  }

  Code convert(DType from, DType to, Code value) {
    if (from.equals(to)) {
      return value;
    }
    return from.isVector() ? vector(from, to, value) : scalar(from, to, value);
  }

  /** Lane by lane. */
  private Code vector(DType from, DType to, Code value) {
    String source = dialect.type(from);
    String target = dialect.type(to);
    if (source.equals(target)) {
      return value;
    }
    Code lane = Code.primary("a.v[i]");
    Code converted;
    if (from.isBool()) {
      Code zero = Code.primary("0");
      Code isTrue = Code.binary(lane, "!=", zero, Code.EQUALITY);
      converted = scalar(DType.BOOL, to.scalar(), isTrue);
    } else if (to.isBool()) {
      converted =
          Code.conditional(
              scalar(from.scalar(), DType.BOOL, lane), Code.primary("-1"), Code.primary("0"));
    } else {
      converted = scalar(from.scalar(), to.scalar(), lane);
    }
    String name = "weft_vec_" + to + "_from_" + from;
    helpers.use(
        name,
        "WEFT_DEVICE %s %s(%s a) {\n".formatted(target, name, source)
            + "  %s r;\n#pragma unroll\n".formatted(target)
            + "  for (int i = 0; i < %d; ++i) {\n".formatted(from.lanes())
            + "    r.v[i] = %s;\n  }\n  return r;\n}\n".formatted(converted.text()));
    return Code.call(name, value);
  }

  private Code scalar(DType from, DType to, Code value) {
    if (from.equals(to)) {
      return value;
    }
    if (isNarrow(from)) {
      dialect.type(from);
      return scalar(DType.FLOAT32, to, Code.call("weft_float", value));
    }
    String type = dialect.type(to);
    if (isNarrow(to)) {
      return Code.call("weft_" + type, to.bits() == 8 ? single(from, value) : exact(from, value));
    }
    if (to.isBool()) {
      Code zero =
          from.isFloat()
              ? dialect.floatLiteral(from, 0)
              : from.isBool() ? Code.primary("false") : dialect.intLiteral(from, 0);
      return Code.binary(value, "!=", zero, Code.EQUALITY);
    }
    if (from.isFloat() && to.isInt()) {
      return toInteger(from, to, value);
    }
    return Code.cast(type, value);
  }

  private static Code single(DType from, Code value) {
    return from.equals(DType.FLOAT32) ? value : Code.cast("float", value);
  }

  /** As a float, or as a double where a float would round before the conversion does. */
  private static Code exact(DType from, Code value) {
    if (from.equals(DType.FLOAT32) || from.equals(DType.FLOAT64)) {
      return value;
    }
    return Code.cast(from.isInt() && from.bits() >= 32 ? "double" : "float", value);
  }

  private static boolean isNarrow(DType dtype) {
    return dtype.isFloat() && dtype.bits() < 32;
  }

  private Code toInteger(DType from, DType to, Code value) {
    String type = dialect.type(to);
    boolean signed = to.code() == DType.Code.INT;
    String source = from.bits() == 64 ? "double" : "float";
    if (to.bits() == 64) {
      dialect.need(Prelude.INTEGERS);
      return Code.call(signed ? "weft_int64" : "weft_uint64", value);
    }
    Code word = Code.call("__" + source + "2" + (signed ? "int" : "uint") + "_rz", value);
    if (from.bits() == 64) {
      dialect.need(Prelude.INTEGERS);
      word = Code.call(signed ? "weft_int32" : "weft_uint32", value);
    }
    if (to.bits() == 32) {
      return word;
    }
    long highest = signed ? (1L << (to.bits() - 1)) - 1 : (1L << to.bits()) - 1;
    Code above = Code.call("min", word, Code.primary(highest + (signed ? "" : "u")));
    Code within = signed ? Code.call("max", above, Code.primary("-" + (highest + 1))) : above;
    return Code.cast(type, within);
  }
}
