package dev.weft.runtime;

/** The device's compiler refused a program. */
public final class KernelCompileException extends DeviceException {
  private static final long serialVersionUID = 1L;

  private final String log;

  /**
   * @param summary the first error in one line, with the source line where it is known
   * @param log everything that the compiler said
   * @param where the device's name
   */
  public KernelCompileException(String summary, String log, String where) {
    super(
        "the kernels do not compile: " + summary,
        where,
        "the build log has more; a kernel that Weft generated should compile, so please report it");
    this.log = log;
  }

  /** Everything that the compiler said, with the source lines that it speaks of. */
  public String log() {
    return log;
  }
}
