package dev.weft.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * Counts what passed, failed and was skipped on each device, and writes {@code
 * target/device-counts/CLASS.csv} after each test class, for the summary over all modules.
 */
final class DeviceCounts implements AfterAllCallback {
  private static final Map<String, int[]> COUNTS = new TreeMap<>();

  /** Carries out one check on a device. */
  static void count(String device, Runnable check) {
    int outcome = 1;
    try {
      watched(check);
      outcome = 0;
    } catch (TestAbortedException e) {
      outcome = 2;
      throw e;
    } finally {
      synchronized (COUNTS) {
        COUNTS
            .computeIfAbsent(Oclgrind.isRunning() ? "oclgrind" : device, key -> new int[3])[
            outcome]++;
      }
    }
  }

  /** What Oclgrind finds during a check that fails belongs to it, not to the next one. */
  private static void watched(Runnable check) {
    try {
      check.run();
    } catch (RuntimeException | AssertionError e) {
      try {
        Oclgrind.failOnFindings();
      } catch (AssertionError found) {
        e.addSuppressed(found);
      }
      throw e;
    }
    Oclgrind.failOnFindings();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    List<String> lines = new ArrayList<>();
    synchronized (COUNTS) {
      COUNTS.forEach((device, n) -> lines.add(device + "," + n[0] + "," + n[1] + "," + n[2]));
      COUNTS.clear();
    }
    Path folder = Files.createDirectories(Path.of("target", "device-counts"));
    Files.write(folder.resolve(context.getRequiredTestClass().getSimpleName() + ".csv"), lines);
  }
}
