package dev.weft.cli.bench;

import dev.weft.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A workload measured at several sizes: as a table in a file, and as plots. */
public final class Sweep {
  private final String workload;
  private final Map<Long, List<Result>> points = new LinkedHashMap<>();

  /**
   * @param workload its name, for titles
   */
  public Sweep(String workload) {
    this.workload = workload;
  }

  /** Adds what was measured at a size. */
  public void add(long size, List<Result> results) {
    points.put(size, List.copyOf(results));
  }

  /** The results by size, in the order of measuring. */
  Map<Long, List<Result>> points() {
    return points;
  }

  /** Comma-separated values: a line for each size and contestant. */
  String csv() {
    StringBuilder text =
        new StringBuilder("workload,size,contestant,median_ms,gflops,gbps,flops,bytes,ratio\n");
    points.forEach(
        (size, results) -> {
          for (Result result : results) {
            text.append(
                String.format(
                    Locale.ROOT,
                    "%s,%d,%s,%.6g,%.6g,%.6g,%.0f,%.0f,%.4f%n",
                    workload,
                    size,
                    result.contestant(),
                    result.seconds() * 1e3,
                    result.gflops(),
                    result.gigabytes(),
                    result.flops(),
                    result.bytes(),
                    result.ratio()));
          }
        });
    return text.toString();
  }

  /**
   * Writes the table, beside it a plot of speed over size ({@code .svg}) and, where operations
   * count and the peaks are known, a roofline ({@code -roofline.svg}; Williams, Waterman and
   * Patterson, "Roofline", 2009).
   *
   * @param table the file for the table; the plots' names are made from it
   * @return the files that were written
   */
  public List<Path> write(Path table, DevicePeaks peaks) {
    String name = String.valueOf(table.getFileName()).replaceFirst("\\.csv$", "");
    List<Path> files = new ArrayList<>();
    try {
      files.add(Files.writeString(table, csv()));
      files.add(
          Files.write(table.resolveSibling(name + ".svg"), SweepPlot.speed(workload, points)));
      boolean counts = points.values().stream().flatMap(List::stream).anyMatch(r -> r.gflops() > 0);
      if (counts && peaks.gflops().isPresent() && peaks.gigabytes().isPresent()) {
        files.add(
            Files.write(
                table.resolveSibling(name + "-roofline.svg"),
                SweepPlot.roofline(
                    workload,
                    points,
                    peaks.gflops().getAsDouble(),
                    peaks.gigabytes().getAsDouble())));
      }
      return files;
    } catch (IOException e) {
      throw new InputException(
          "the file can't be written: " + e.getMessage(),
          table.toString(),
          "check the folder and its permissions",
          e);
    }
  }
}
