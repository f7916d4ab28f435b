package dev.weft.frontend;

import dev.weft.base.InputException;
import org.jspecify.annotations.Nullable;

/** A model can't be imported: its file is damaged, or what it says makes no sense. */
public class ImportException extends InputException {
  private static final long serialVersionUID = 1L;

  /** See {@link InputException#InputException(String, String, String)}. */
  public ImportException(String what, String where, String remedy) {
    super(what, where, remedy);
  }

  /** See {@link InputException#InputException(String, String, String, Throwable)}. */
  public ImportException(String what, String where, String remedy, @Nullable Throwable cause) {
    super(what, where, remedy, cause);
  }
}
