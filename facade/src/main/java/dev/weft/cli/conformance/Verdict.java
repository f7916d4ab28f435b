package dev.weft.cli.conformance;

import java.util.Locale;

/**
 * What came of one test.
 *
 * @param status how it ended
 * @param detail what was wrong; empty if it passed
 */
public record Verdict(Status status, String detail) {
  /** How a test ends. */
  public enum Status {
    /** Every output has the expected element type, shape and values. */
    PASS,
    /** An output differs. */
    FAIL,
    /** The import says that the model uses something that Weft does not have. */
    UNSUPPORTED,
    /** Anything else went wrong: a refusal further on, a crash, too long a time. */
    ERROR;

    /** As the table has it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** All outputs are right. */
  public static final Verdict PASSED = new Verdict(Status.PASS, "");

  /** An output differs. */
  public static Verdict failed(String detail) {
    return new Verdict(Status.FAIL, detail);
  }

  /** Weft says that it can't. */
  public static Verdict unsupported(String detail) {
    return new Verdict(Status.UNSUPPORTED, detail);
  }

  /** Something went wrong. */
  public static Verdict error(String detail) {
    return new Verdict(Status.ERROR, detail);
  }
}
