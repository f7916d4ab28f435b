package dev.weft.lowering.simt;

import java.util.List;

/**
 * What one launch on the SIMT interpreter showed.
 *
 * @param kernel the kernel's name
 * @param findings what is wrong, in the order in which it happened; empty for a sound run
 * @param counts what the launch took
 */
public record SimtReport(String kernel, List<Finding> findings, SimtCounts counts) {
  /** Copies the list. */
  public SimtReport {
    findings = List.copyOf(findings);
  }
}
