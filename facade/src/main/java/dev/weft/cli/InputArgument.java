package dev.weft.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One {@code --input}.
 *
 * @param name the model's input
 * @param source a file, or {@link #RANDOM}
 */
record InputArgument(String name, String source) {
  /** Stands for random values. */
  static final String RANDOM = "random";

  boolean isRandom() {
    return source.equals(RANDOM);
  }

  /** Reads {@code NAME=FILE}. */
  static final class Converter implements ITypeConverter<InputArgument> {
    @Override
    public InputArgument convert(String text) {
      int equals = text.indexOf('=');
      if (equals < 1 || equals == text.length() - 1) {
        throw new TypeConversionException("'" + text + "' is not NAME=FILE or NAME=random");
      }
      return new InputArgument(text.substring(0, equals), text.substring(equals + 1));
    }
  }
}
