package dev.weft.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.base.WeftException;
import dev.weft.compiler.Compilation;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.DeviceTargets;
import dev.weft.runtime.Device;
import dev.weft.runtime.Devices;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.PlanExecutor;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.MemoryPool;
import dev.weft.runtime.plan.TensorSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged model files: each ends in a typed error or in a run, within ten seconds and a GiB. {@code
 * -Dweft.fuzz.trials} files from {@code -Dweft.fuzz.seed}, on {@code jvm}.
 */
@Tag("fuzz")
@Tag("onnx-bytes")
final class OnnxBytesFuzzTest {
  private static final long TRIALS = Long.getLong("weft.fuzz.trials", 1000);
  private static final long SEED = Long.getLong("weft.fuzz.seed", 0);

  /** Of a thread that compiles and runs, so that a busy machine doesn't matter. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** When a thread is interrupted: a damaged number of rounds may be 2^60, which is no defect. */
  private static final Duration LONG = Duration.ofSeconds(2);

  /** When a thread is given up. */
  private static final Duration HANGS = Duration.ofMinutes(2);

  private static final long MEMORY = 1L << 30;

  /** Models that need more are compiled, not run: that they ask for so much is no defect. */
  private static final long LARGEST_RUN = 64L << 20;

  @Test
  void endInATypedErrorOrARun() throws Exception {
    List<byte[]> models = models();
    Map<String, Integer> ends = new TreeMap<>();
    List<String> wrong = new ArrayList<>();
    long before = residentPeak();
    try (Device device = Devices.installed().open("jvm")) {
      for (long trial = 0; trial < TRIALS; trial++) {
        long seed = SEED + trial;
        Random random = new Random(seed);
        byte[] model = models.get(random.nextInt(models.size()));
        byte[] damaged = new BrokenModel(random).damaged(model);
        String end = timed(device, damaged, random);
        ends.merge(end.startsWith("!") ? "!" : end, 1, Integer::sum);
        if (end.startsWith("!")) {
          wrong.add("seed " + seed + ": " + end.substring(1));
          System.out.println("finding: " + wrong.getLast()); // Now, since the rest may take hours.
        }
      }
    }
    System.out.println("damaged models: " + ends);
    assertThat(wrong).isEmpty();
    assertThat(residentPeak() - before).as("bytes more than before").isLessThan(MEMORY);
  }

  /** What came of a model; begins with an exclamation mark if it should not have. */
  private static String timed(Device device, byte[] model, Random random) throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  String own = end(device, model, random);
                  long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                  end.complete(
                      nanos > LIMIT.toNanos() ? "!took " + nanos / 1_000_000 + " ms" : own);
                });
    try {
      try {
        return end.get(LONG.toSeconds(), TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        thread.interrupt();
      }
      return end.get(HANGS.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      StringBuilder where = new StringBuilder();
      for (StackTraceElement frame : thread.getStackTrace()) {
        where.append("\n    ").append(frame);
      }
      return "!longer than " + HANGS.toSeconds() + " s, at" + where;
    } catch (ExecutionException e) {
      return "!" + e.getCause();
    }
  }

  private static String end(Device device, byte[] model, Random random) {
    try {
      return run(device, model, random);
    } catch (WeftException e) {
      return e.getClass().getSimpleName();
    } catch (RuntimeException | Error e) {
      StringBuilder text = new StringBuilder("!" + e);
      for (int i = 0; i < Math.min(8, e.getStackTrace().length); i++) {
        text.append("\n    ").append(e.getStackTrace()[i]);
      }
      return text.toString();
    }
  }

  private static String run(Device device, byte[] model, Random random) {
    Compilation compilation =
        ModelCheck.load(model).compileFor(DeviceTargets.of(device.info()), CompileOptions.DEFAULT);
    LaunchPlan plan = compilation.plan();
    Map<String, Long> sizes = new HashMap<>();
    long bytes = 0;
    for (TensorSpec input : plan.inputs()) {
      for (IntExpr dim : input.shape().dims()) {
        dim.symbols().forEach(symbol -> sizes.computeIfAbsent(symbol, any -> 3L));
      }
      bytes = saturatedSum(bytes, input.bytes().evaluate(sizes));
    }
    try {
      for (MemoryPool pool : plan.pools()) {
        bytes = saturatedSum(bytes, pool.bytes().evaluate(sizes));
      }
    } catch (IllegalArgumentException e) {
      // A size that only the run knows.
    }
    if (bytes > LARGEST_RUN) {
      return "too large to run";
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (TensorSpec input : plan.inputs()) {
      Tensor tensor = Tensor.allocate(input.dtype(), input.shape().evaluate(sizes));
      for (long i = 0; i < tensor.elements(); i++) {
        if (input.dtype().isFloat()) {
          tensor.setDouble(i, random.nextGaussian());
        } else {
          tensor.setLong(i, input.dtype().equals(DType.BOOL) ? i & 1 : random.nextInt(-3, 4));
        }
      }
      inputs.put(input.name(), tensor);
    }
    try (PlanExecutor executor =
        PlanExecutor.open(device, compilation.artifact(), ExternalFunctions.NONE)) {
      executor.run(inputs).values().forEach(Tensor::close);
    }
    return "ran";
  }

  private static long saturatedSum(long a, long b) {
    long sum = a + b;
    return sum < 0 || b < 0 ? Long.MAX_VALUE : sum;
  }

  /** One model of each operator, and some with branches, loops and functions. */
  private static List<byte[]> models() {
    List<byte[]> models = new ArrayList<>();
    RandomOperators.all()
        .values()
        .forEach(
            draw -> {
              RandomModel model = new RandomModel(new Random(models.size()), 20);
              draw.accept(model);
              models.add(model.writer().bytes());
            });
    for (int i = 0; i < 20; i++) {
      models.add(controlFlow());
    }
    return models;
  }

  private static byte[] controlFlow() {
    OnnxWriter round =
        OnnxWriter.body()
            .input("i", DType.INT64)
            .input("go", DType.BOOL)
            .input("a", DType.FLOAT32, "n", 3)
            .node("Mul", "a x", "b")
            .node("Identity", "go", "again")
            .node("ReduceSum", "b", "s", OnnxWriter.integer("keepdims", 0))
            .output("again", DType.BOOL)
            .output("b")
            .output("s");
    return OnnxWriter.opset(13)
        .input("x", DType.FLOAT32, "n", 3)
        .input("c", DType.BOOL)
        .scalar("rounds", 4)
        .longs("shape", -1, 3)
        .initializer("w", Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9}, 3, 3))
        .node("MatMul", "x w", "m")
        .node("Loop", "rounds _ m", "last sums", OnnxWriter.body("body", round))
        .node(
            "If",
            "c",
            "y",
            OnnxWriter.body("then_branch", OnnxWriter.body().node("Relu", "last", "r").output("r")),
            OnnxWriter.body("else_branch", OnnxWriter.body().node("Exp", "x", "e").output("e")))
        .node("Reshape", "y shape", "z")
        .node("Concat", "z x", "zx", OnnxWriter.integer("axis", 1))
        .output("zx")
        .output("sums")
        .bytes();
  }

  /** The most memory that this process has had, in bytes; 0 where the system doesn't say. */
  private static long residentPeak() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElse(0);
  }
}
