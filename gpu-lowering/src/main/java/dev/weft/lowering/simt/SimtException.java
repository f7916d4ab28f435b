package dev.weft.lowering.simt;

import dev.weft.base.WeftException;
import java.util.List;
import java.util.stream.Collectors;

/** A kernel that the SIMT interpreter can't run, or ran and found fault with. */
public final class SimtException extends WeftException {
  private static final long serialVersionUID = 1L;

  private final transient List<Finding> findings;

  /** A kernel that can't be run. */
  public SimtException(String what, String where, String remedy) {
    super(what, where, remedy);
    this.findings = List.of();
  }

  /** A kernel that ran, with findings. */
  public SimtException(SimtReport report) {
    super(
        report.findings().stream().map(Finding::toString).collect(Collectors.joining("; ")),
        "kernel '" + report.kernel() + "'",
        "");
    this.findings = report.findings();
  }

  /** What was found; empty for a kernel that can't be run. */
  public List<Finding> findings() {
    return findings;
  }
}
