package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.InputException;
import dev.weft.tir.schedule.CaseReport;
import dev.weft.tir.schedule.CaseReport.Result;
import dev.weft.tir.schedule.CaseStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft tir check}. */
@Command(
    name = "check",
    description = {
      "Runs every case folder below DIR.",
      "",
      "A case has before.py (a module), trace.json (what is done to it) and either expected.py",
      "(what must come of it) or error (the trace's last instruction must be refused). Writes",
      "test,status,detail for each, with status pass, fail, unsupported or error, the totals last;",
      "exit status 1 unless all pass."
    },
    footer = {"", "Example:", "  weft tir check cases --csv report.csv"})
final class TirCheckCommand extends Action {
  private static final String HEADER = Csv.line("test", "status", "detail");

  @Parameters(index = "0", paramLabel = "DIR", description = "A folder with case folders.")
  private Path folder = Path.of("");

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Where the table goes; standard output then has what did not pass.")
  private @Nullable Path csv;

  @Option(
      names = "--verify",
      description = "Runs each module before and after each step, on small inputs, and compares.")
  private boolean verify;

  TirCheckCommand(Console console) {
    super(console);
  }

  @Override
  boolean run(ObjectNode figures) {
    List<Path> cases = CaseReport.folders(folder);
    if (cases.isEmpty()) {
      throw new InputException(
          "there is no case folder (one with before.py and trace.json) here or below",
          folder.toString(),
          "check the path");
    }
    console().print(HEADER);
    CaseReport report = CaseReport.run(folder, cases, verify, this::show);
    String totals = Csv.line("total", Integer.toString(cases.size()), text(report.totals()));
    console().print(totals);
    if (csv != null) {
      write(csv, report, totals);
    }
    report.totals().forEach((status, count) -> figures.put(status.text(), count));
    return report.passed();
  }

  private void show(Result result) {
    if (csv == null || !result.outcome().passed()) {
      console().print(line(result));
    }
  }

  private static String line(Result result) {
    return Csv.line(result.name(), result.outcome().status().text(), result.outcome().message());
  }

  private static String text(Map<CaseStatus, Integer> totals) {
    return totals.entrySet().stream()
        .map(entry -> entry.getKey().text() + " " + entry.getValue())
        .collect(Collectors.joining("; "));
  }

  private static void write(Path file, CaseReport report, String totals) {
    List<String> lines = new ArrayList<>();
    lines.add(HEADER);
    report.results().forEach(result -> lines.add(line(result)));
    lines.add(totals);
    try {
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
