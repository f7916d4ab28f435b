package dev.weft.cli;

import java.util.Locale;

/** Figures with units, for people: three significant digits. */
public final class Figures {
  private Figures() {}

  /** A time: {@code 1.23 ms}. */
  public static String time(double nanos) {
    if (nanos < 1e3) {
      return three(nanos) + " ns";
    }
    if (nanos < 1e6) {
      return three(nanos / 1e3) + " us";
    }
    return nanos < 1e9 ? three(nanos / 1e6) + " ms" : three(nanos / 1e9) + " s";
  }

  /** A time: {@code 1.23 ms}. */
  public static String time(long nanos) {
    return time((double) nanos);
  }

  /** A size in memory: {@code 1.5 MiB}. */
  public static String bytes(long bytes) {
    return bytes((double) bytes);
  }

  /** A size in memory: {@code 1.5 MiB}. */
  public static String bytes(double bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return (unit == 0 ? String.format(Locale.ROOT, "%.0f", value) : three(value))
        + " "
        + units[unit];
  }

  /** A number with an SI prefix: {@code 1.23 G}, before a unit. */
  public static String count(long value) {
    return count((double) value);
  }

  /** A number with an SI prefix: {@code 1.23 G}, before a unit. */
  public static String count(double value) {
    String[] prefixes = {"", "k", "M", "G", "T", "P"};
    int prefix = 0;
    double scaled = value;
    while (Math.abs(scaled) >= 1000 && prefix < prefixes.length - 1) {
      scaled /= 1000;
      prefix++;
    }
    boolean whole = prefix == 0 && scaled == Math.rint(scaled);
    return (whole ? String.format(Locale.ROOT, "%.0f", scaled) : three(scaled))
        + " "
        + prefixes[prefix];
  }

  /** Three significant digits, without an exponent. */
  public static String three(double value) {
    double magnitude = Math.abs(value);
    String format = magnitude < 10 ? "%.2f" : magnitude < 100 ? "%.1f" : "%.0f";
    return String.format(Locale.ROOT, format, value);
  }
}
