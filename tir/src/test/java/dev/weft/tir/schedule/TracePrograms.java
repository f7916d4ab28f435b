package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.tir.schedule.trace.Trace;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;

/** The programs that traces print, compiled with the JDK's compiler. */
final class TracePrograms {
  private final Path folder;
  private final Map<String, Path> sources = new LinkedHashMap<>();

  TracePrograms(Path folder) {
    this.folder = folder;
  }

  void add(String name, Trace trace) throws IOException {
    sources.put(name, Files.writeString(folder.resolve(name + ".java"), trace.toJava(name)));
  }

  boolean has(String name) {
    return sources.containsKey(name);
  }

  void compile() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String classPath =
        Stream.of(Schedule.class, DType.class, NullMarked.class)
            .map(TracePrograms::home)
            .collect(Collectors.joining(System.getProperty("path.separator")));
    List<String> options =
        new ArrayList<>(
            List.of("-proc:none", "-nowarn", "-cp", classPath, "-d", folder.toString()));
    StringWriter log = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  log,
                  files,
                  null,
                  options,
                  null,
                  files.getJavaFileObjectsFromPaths(sources.values()))
              .call();
      assertThat(compiled).as(log.toString()).isTrue();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String home(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  void apply(String name, Schedule schedule, ReplayOptions options) throws Exception {
    URL[] urls = {folder.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(urls, Schedule.class.getClassLoader())) {
      Method method =
          loader.loadClass(name).getDeclaredMethod("apply", Schedule.class, ReplayOptions.class);
      method.setAccessible(true);
      method.invoke(null, schedule, options);
    }
  }
}
