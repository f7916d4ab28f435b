package dev.weft.kernels.jmh;

import dev.weft.ImportedModel;
import dev.weft.Weft;
import dev.weft.compiler.Compilation;
import dev.weft.compiler.CompileOptions;
import dev.weft.tir.target.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** How long Weft takes for a whole model, import included, without the driver. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ModelCompileBenchmark {
  /** An .onnx file; the demo's model if empty ({@code -p model=FILE} takes another). */
  @Param("")
  public String model = "";

  /** The target. */
  @Param({"opencl", "jvm"})
  public String target = "";

  private Path file = Path.of("");
  private Path copy = Path.of("");

  /** Finds the model. */
  @Setup(Level.Trial)
  public void model() throws IOException {
    copy = Files.createTempFile("weft", ".onnx");
    try (InputStream in = Weft.class.getResourceAsStream("/dev/weft/demo/digits.onnx")) {
      Files.copy(
          Objects.requireNonNull(in, "the demo's model"),
          copy,
          StandardCopyOption.REPLACE_EXISTING);
    }
    file = model.isEmpty() ? copy : Path.of(model);
  }

  /** Removes the copy. */
  @TearDown
  public void delete() throws IOException {
    Files.deleteIfExists(copy);
  }

  /** Reading the model alone. */
  @Benchmark
  public ImportedModel load() {
    return Weft.load(file);
  }

  /** From the file to kernels and launch plan. */
  @Benchmark
  public Compilation compile() {
    return Weft.load(file).compileFor(Target.parse(target), CompileOptions.DEFAULT);
  }
}
