package dev.weft.tir.schedule;

import java.util.Locale;

/** What can come of a {@link TraceCase}. */
public enum CaseStatus {
  /** The result is the expected one, or what must be refused is. */
  PASS,
  /** The result is another one, a step is refused that should not be, or the other way round. */
  FAIL,
  /** The module or the trace has something in it that can't be read or carried out. */
  UNSUPPORTED,
  /** The folder is no case (a file is missing), or something broke. */
  ERROR;

  /** As in reports: in lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
