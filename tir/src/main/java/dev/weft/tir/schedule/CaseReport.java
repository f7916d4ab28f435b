package dev.weft.tir.schedule;

import dev.weft.base.InputException;
import dev.weft.base.WeftException;
import dev.weft.tir.schedule.TraceCase.Outcome;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What came of many cases.
 *
 * @param results in the order of their names
 */
public record CaseReport(List<Result> results) {
  /**
   * What came of one case.
   *
   * @param name the folder, relative to where the search began
   * @param outcome what came of it
   */
  public record Result(String name, Outcome outcome) {}

  /** Copies the list. */
  public CaseReport {
    results = List.copyOf(results);
  }

  /**
   * The folders of cases in a folder and below, in the order of their names.
   *
   * @throws InputException if the folder can't be read
   */
  public static List<Path> folders(Path root) {
    try (Stream<Path> files = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      return files.filter(Files::isDirectory).filter(CaseFolder::isCase).sorted().toList();
    } catch (IOException e) {
      throw new InputException("the folder can't be read", root.toString(), "check the path", e);
    }
  }

  /**
   * Runs cases; one that can't even be read is a result, too.
   *
   * @param root what names are relative to
   * @param folders the cases
   * @param verify whether to compare what modules compute before and after each step, too
   * @param each told of each result as soon as it is there
   */
  public static CaseReport run(
      Path root, List<Path> folders, boolean verify, Consumer<Result> each) {
    List<Result> results = new ArrayList<>();
    for (Path folder : folders) {
      String name = root.equals(folder) ? name(root) : root.relativize(folder).toString();
      Result result = new Result(name, run(folder, verify));
      each.accept(result);
      results.add(result);
    }
    return new CaseReport(results);
  }

  private static String name(Path root) {
    return root.toAbsolutePath().normalize().getFileName().toString();
  }

  /** Runs the case of a folder; whatever goes wrong is part of the outcome. */
  public static Outcome run(Path folder) {
    return run(folder, false);
  }

  @SuppressWarnings("CatchingUnchecked") // One broken case must not hide the others.
  private static Outcome run(Path folder, boolean verify) {
    TraceCase one;
    try {
      one = TraceCase.read(folder);
    } catch (WeftException e) {
      boolean there = Files.exists(folder.resolve("before.py"));
      boolean complete = there && Files.exists(folder.resolve("trace.json"));
      return new Outcome(complete ? CaseStatus.UNSUPPORTED : CaseStatus.ERROR, message(e));
    } catch (RuntimeException | StackOverflowError e) {
      return new Outcome(CaseStatus.ERROR, "reading it broke: " + e);
    }
    try {
      return one.run(verify);
    } catch (RuntimeException | StackOverflowError e) {
      return new Outcome(CaseStatus.ERROR, "running it broke: " + e);
    }
  }

  private static String message(Throwable e) {
    return String.valueOf(e.getMessage());
  }

  /** How many cases have each status; those without a case count 0. */
  public Map<CaseStatus, Integer> totals() {
    Map<CaseStatus, Integer> totals = new EnumMap<>(CaseStatus.class);
    for (CaseStatus status : CaseStatus.values()) {
      totals.put(status, 0);
    }
    results.forEach(result -> totals.merge(result.outcome().status(), 1, Integer::sum));
    return totals;
  }

  /** Whether every case passed, and there was one. */
  public boolean passed() {
    return !results.isEmpty() && results.stream().allMatch(result -> result.outcome().passed());
  }
}
