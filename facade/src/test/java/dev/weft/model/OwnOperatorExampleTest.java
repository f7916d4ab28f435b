package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.base.DType;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The project {@code examples/own-operator} compiles against Weft as it is, and does what it says.
 */
class OwnOperatorExampleTest {
  private static final Path SOURCE =
      Path.of("../examples/own-operator/src/main/java/dev/weft/examples/ownoperator/Main.java");

  @TempDir Path folder;

  @Test
  void compilesAndRuns() throws Exception {
    Path model = folder.resolve("model.onnx");
    Files.write(
        model,
        OnnxWriter.opset(17)
            .domain("com.acme", 1)
            .input("x", DType.FLOAT32, "n")
            .node("com.acme", "Snake", "x", "s", OnnxWriter.number("alpha", 0.5f))
            .node("Neg", "s", "y")
            .output("y")
            .bytes());
    compile();
    String printed = run(model.toString(), "jvm");
    assertThat(printed).startsWith("y = [");
    String[] numbers = printed.strip().substring("y = [".length()).replace("]", "").split(", ");
    double[] x = {-1, 0, 0.5, 2};
    assertThat(numbers).hasSameSizeAs(x);
    for (int i = 0; i < x.length; i++) {
      double sine = Math.sin(0.5 * x[i]);
      double want = -(x[i] + sine * sine / 0.5);
      assertThat(Double.parseDouble(numbers[i])).isCloseTo(want, within(1e-5));
    }
  }

  private void compile() throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter messages = new StringWriter();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options =
          Arrays.asList(
              "-d", folder.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
      boolean compiled =
          compiler
              .getTask(messages, files, null, options, null, files.getJavaFileObjects(SOURCE))
              .call();
      assertThat(compiled).as(messages.toString()).isTrue();
    }
  }

  private String run(String... args) throws Exception {
    PrintStream standard = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (URLClassLoader loader =
            new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, OwnOperatorExampleTest.class.getClassLoader());
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      System.setOut(out);
      loader
          .loadClass("dev.weft.examples.ownoperator.Main")
          .getMethod("main", String[].class)
          .invoke(null, (Object) args);
    } finally {
      System.setOut(standard);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
