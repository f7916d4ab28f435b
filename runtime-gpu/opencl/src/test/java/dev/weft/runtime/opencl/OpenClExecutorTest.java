package dev.weft.runtime.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.runtime.Device;
import dev.weft.runtime.artifact.Artifact;
import dev.weft.runtime.artifact.Weights;
import dev.weft.runtime.exec.ExecutionProfile;
import dev.weft.runtime.exec.ExternalFunctions;
import dev.weft.runtime.exec.PlanExecutor;
import dev.weft.runtime.plan.Carried;
import dev.weft.runtime.plan.HostValue;
import dev.weft.runtime.plan.Instruction;
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.MemoryPool;
import dev.weft.runtime.plan.PlanArgument;
import dev.weft.runtime.plan.PlanOutput;
import dev.weft.runtime.plan.Storage;
import dev.weft.runtime.plan.TensorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan that computes {@code y = x + times * x}, by adding in a loop, from a file, on OpenCL. */
class OpenClExecutorTest {
  private static final IntExpr N = IntExpr.symbol("n");
  private static final IntExpr ALIGNED =
      N.times(IntExpr.of(4)).ceilDiv(LaunchPlan.ALIGNMENT).times(IntExpr.of(LaunchPlan.ALIGNMENT));

  @TempDir Path directory;

  private final Device device = OpenClDevices.open();

  @AfterEach
  void nothingIsLeft() {
    assertThat(device.memory().liveBuffers()).isZero();
    device.close();
  }

  private static TensorSpec floats(String name) {
    return new TensorSpec(name, DType.FLOAT32, new Shape(List.of(N)));
  }

  private static Instruction add(String a, String b, String out) {
    return new Instruction.Launch(
        "vecadd",
        List.of(
            new PlanArgument.Buffer(a),
            new PlanArgument.Buffer(b),
            new PlanArgument.Buffer(out),
            new PlanArgument.Size(N)),
        LaunchGeometry.of(N.ceilDiv(64), IntExpr.of(64)));
  }

  private static LaunchPlan plan() {
    Instruction.Loop loop =
        new Instruction.Loop(
            "i",
            IntExpr.symbol("count"),
            HostValue.of(IntExpr.of(1)),
            List.of(new Carried.Buffer("state", "start", "next")),
            List.of(
                new Instruction.Allocate(floats("next"), new Storage.Owned()),
                add("state", "x", "next")));
    return new LaunchPlan(
        List.of(floats("x"), new TensorSpec("times", DType.INT64, Shape.of())),
        List.of(new TensorSpec("bias", DType.FLOAT32, Shape.of(4096))),
        List.of(new MemoryPool("pool", ALIGNED.times(IntExpr.of(2)))),
        List.of(
            new Instruction.ShapeCompute("count", HostValue.scalarOf("times")),
            new Instruction.Allocate(floats("start"), new Storage.Pooled("pool", ALIGNED)),
            add("x", "bias", "start"),
            loop),
        List.of(new PlanOutput(floats("y"), "state")));
  }

  private Artifact artifact() {
    Tensor bias = Tensor.allocate(DType.FLOAT32, 4096);
    for (int i = 0; i < 4096; i++) {
      bias.setDouble(i, 0.5);
    }
    return new Artifact(
        List.of(new Artifact.Variant("opencl", List.of(OpenClDevices.vecadd()), plan())),
        Weights.of(Map.of("bias", bias)),
        Map.of());
  }

  private static Tensor times(long value) {
    Tensor tensor = Tensor.allocate(DType.INT64);
    tensor.setLong(0, value);
    return tensor;
  }

  private static void check(PlanExecutor executor, int n, int times) {
    try (Tensor x = Tensor.allocate(DType.FLOAT32, n);
        Tensor count = times(times)) {
      for (int i = 0; i < n; i++) {
        x.setDouble(i, i);
      }
      Map<String, Tensor> results = executor.run(Map.of("x", x, "times", count));
      try (Tensor y = Objects.requireNonNull(results.get("y"))) {
        for (int i = 0; i < n; i++) {
          assertThat(y.getDouble(i)).isEqualTo(i * (times + 1.0) + 0.5);
        }
      }
    }
  }

  @Test
  void runsAnArtifactFromItsFile() {
    Path file = directory.resolve("model.weft");
    artifact().write(file);
    PlanExecutor opened;
    try (Artifact read = Artifact.read(file)) {
      opened = PlanExecutor.open(device, read, ExternalFunctions.NONE);
    }
    try (PlanExecutor executor = opened) {
      for (int n : new int[] {1, 7, 64, 1023, 4096, 0}) {
        check(executor, n, 0);
        check(executor, n, 5);
      }
      long live = device.memory().liveBytes();
      for (int i = 0; i < 20; i++) {
        check(executor, 1023, 3);
      }
      assertThat(device.memory().liveBytes()).isLessThanOrEqualTo(live + 4096);
    }
  }

  @Test
  void threadsShareAModel() throws Exception {
    try (PlanExecutor executor = PlanExecutor.open(device, artifact(), ExternalFunctions.NONE);
        ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Callable<Boolean>> runs = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        int number = i;
        runs.add(
            () -> {
              check(executor, 1 + 13 * number, number % 4);
              return true;
            });
      }
      for (Future<Boolean> run : threads.invokeAll(runs)) {
        assertThat(run.get()).isTrue();
      }
    }
  }

  @Test
  void aRefusedRunLeavesTheModelUsable() {
    try (PlanExecutor executor = PlanExecutor.open(device, artifact(), ExternalFunctions.NONE);
        Tensor wrong = Tensor.of(new int[] {1}, 1);
        Tensor count = times(1)) {
      assertThatThrownBy(() -> executor.run(Map.of("x", wrong, "times", count)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("input 'x'");
      check(executor, 100, 2);
    }
  }

  @Test
  void profilesWithDeviceTimes() {
    ExecutionProfile profile = new ExecutionProfile();
    try (PlanExecutor executor = PlanExecutor.open(device, artifact(), ExternalFunctions.NONE);
        Tensor x = Tensor.allocate(DType.FLOAT32, 100);
        Tensor count = times(2)) {
      executor.run(Map.of("x", x, "times", count), profile).values().forEach(Tensor::close);
    }

    assertThat(profile.entries())
        .filteredOn(entry -> entry.kind() == ExecutionProfile.Kind.KERNEL)
        .hasSize(3)
        .allSatisfy(
            entry -> {
              assertThat(entry.name()).isEqualTo("vecadd");
              assertThat(entry.nanos()).isPositive();
            });
  }
}
