package dev.weft.cli;

import dev.weft.base.DType;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code f32}, {@code i8}, {@code bf16} and the long names. */
final class DTypeConverter implements ITypeConverter<DType> {
  private static final Map<String, String> SHORT =
      Map.of("f", "float", "i", "int", "u", "uint", "bf", "bfloat");

  @Override
  public DType convert(String text) {
    String letters = text.replaceAll("\\d.*", "");
    String name = SHORT.getOrDefault(letters, letters) + text.substring(letters.length());
    try {
      DType dtype = DType.parse(name);
      if (dtype.lanes() == 1 && (dtype.isFloat() || dtype.isInt()) && dtype.bits() >= 8) {
        return dtype;
      }
    } catch (IllegalArgumentException e) {
      throw (TypeConversionException) unknown(text).initCause(e);
    }
    throw unknown(text);
  }

  private static TypeConversionException unknown(String text) {
    return new TypeConversionException(
        "'" + text + "' is no element type; write f64, f32, f16, bf16, i64, i32, i16, i8, u8");
  }
}
