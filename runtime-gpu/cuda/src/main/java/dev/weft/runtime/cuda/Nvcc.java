package dev.weft.runtime.cuda;

import dev.weft.runtime.DeviceException;
import dev.weft.runtime.ProgramFormat;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An installed nvcc, as a process of its own for each program. */
final class Nvcc implements CudaToolchain {
  private static final Pattern ARCHITECTURE = Pattern.compile("sm_(\\d+)");
  private static final Pattern RELEASE = Pattern.compile("release (\\d+\\.\\d+)");

  private final Path program;
  private final String name;
  private final Set<Integer> architectures;

  private Nvcc(Path program, String name, Set<Integer> architectures) {
    this.program = program;
    this.name = name;
    this.architectures = architectures;
  }

  /** The first that starts: on the PATH, then below {@code /usr/local}. */
  static Optional<Nvcc> find() {
    return candidates().stream()
        .filter(Files::isExecutable)
        .flatMap(path -> open(path).stream())
        .findFirst();
  }

  /** One that is installed somewhere; empty if it doesn't start. */
  static Optional<Nvcc> open(Path program) {
    try {
      Matcher release = RELEASE.matcher(run(List.of(program.toString(), "--version")).text);
      Set<Integer> architectures = new TreeSet<>();
      Matcher each = ARCHITECTURE.matcher(run(List.of(program.toString(), "--list-gpu-code")).text);
      while (each.find()) {
        architectures.add(Integer.valueOf(each.group(1)));
      }
      return release.find()
          ? Optional.of(new Nvcc(program, "nvcc " + release.group(1), architectures))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static List<Path> candidates() {
    List<Path> paths = new ArrayList<>();
    String path = System.getenv("PATH");
    for (String folder : path == null ? new String[0] : path.split(File.pathSeparator)) {
      if (!folder.isEmpty()) {
        paths.add(Path.of(folder, "nvcc"));
      }
    }
    try (Stream<Path> entries = Files.list(Path.of("/usr/local"))) {
      entries
          .filter(entry -> entry.getFileName().toString().startsWith("cuda"))
          .sorted(Comparator.reverseOrder())
          .forEach(entry -> paths.add(entry.resolve("bin/nvcc")));
    } catch (IOException e) {
      // No such folder.
    }
    return paths;
  }

  private record Finished(int status, String text) {}

  private static Finished run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      return new Finished(process.waitFor(), text);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + command.getFirst() + " ran", e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Set<Integer> architectures() {
    return architectures;
  }

  @Override
  public Output compile(
      String source, String architecture, ProgramFormat to, List<String> options) {
    try {
      Path folder = Files.createTempDirectory("weft-nvcc");
      try {
        return compile(folder, source, architecture, to, options);
      } finally {
        try (Stream<Path> files = Files.list(folder)) {
          for (Path file : files.toList()) {
            Files.delete(file);
          }
        }
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new DeviceException(
          "nvcc can't be run: " + e.getMessage(), name, "check the installation", e);
    }
  }

  private Output compile(
      Path folder, String source, String architecture, ProgramFormat to, List<String> options)
      throws IOException {
    Path in = folder.resolve(CudaLog.FILE);
    Path out = folder.resolve("out." + to.extension());
    Files.writeString(in, source);
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(options);
    if (to == ProgramFormat.PTX) {
      command.addAll(List.of("-ptx", "-arch=" + architecture.replace("sm_", "compute_")));
    } else {
      command.addAll(List.of("-cubin", "-arch=" + architecture, "-Xptxas", "-v"));
    }
    command.addAll(List.of("-o", out.toString(), in.toString()));
    Finished finished = run(command);
    String log = finished.text.replace(folder + File.separator, "").strip();
    return finished.status == 0 && Files.exists(out)
        ? new Output(Optional.of(Files.readAllBytes(out)), log)
        : new Output(Optional.empty(), log);
  }
}
