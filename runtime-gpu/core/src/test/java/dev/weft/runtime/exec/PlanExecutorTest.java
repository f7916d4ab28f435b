package dev.weft.runtime.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceException;
import dev.weft.runtime.FakeDevices;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LaunchException;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.RunInterruptedException;
import dev.weft.runtime.artifact.Weights;
import dev.weft.runtime.host.HostArgument;
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
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Plans on a device whose kernels are {@code add(a, b, out, n)} and {@code scale(a, out, by)}. */
class PlanExecutorTest {
  private static final IntExpr N = IntExpr.symbol("n");
  private static final Shape VECTOR = new Shape(List.of(N));

  private static final KernelSpec ADD =
      new KernelSpec("add", List.of(read("a"), read("b"), write("out"), scalar("n", DType.INT32)));
  private static final KernelSpec SCALE =
      new KernelSpec("scale", List.of(read("a"), write("out"), scalar("by", DType.FLOAT32)));
  private static final KernelSpec FAIL = new KernelSpec("fail", List.of());
  private static final ProgramImage PROGRAM = FakeDevices.image(ADD, SCALE, FAIL);

  private final Device device =
      FakeDevices.running(
          Map.of(
              "add", (config, args) -> add(args),
              "scale", (config, args) -> scale(args),
              "fail",
                  (config, args) -> {
                    throw new IllegalStateException("on purpose");
                  }));

  @AfterEach
  void nothingIsLeft() {
    assertThat(device.memory().liveBuffers()).isZero();
    device.close();
  }

  private static KernelParam read(String name) {
    return new KernelParam.Buffer(name, DType.FLOAT32, KernelParam.Access.READ);
  }

  private static KernelParam write(String name) {
    return new KernelParam.Buffer(name, DType.FLOAT32, KernelParam.Access.WRITE);
  }

  private static KernelParam scalar(String name, DType dtype) {
    return new KernelParam.Scalar(name, dtype);
  }

  private static MemorySegment memory(HostArgument argument) {
    return switch (argument) {
      case HostArgument.Memory memory -> memory.segment();
      case HostArgument.Scalar scalar -> throw new IllegalArgumentException("no buffer");
    };
  }

  private static Number number(HostArgument argument) {
    return switch (argument) {
      case HostArgument.Scalar(DType dtype, Number value) -> value;
      case HostArgument.Memory memory -> throw new IllegalArgumentException("no number");
    };
  }

  private static void add(List<HostArgument> args) {
    for (int i = 0; i < number(args.get(3)).intValue(); i++) {
      float sum =
          memory(args.get(0)).getAtIndex(ValueLayout.JAVA_FLOAT, i)
              + memory(args.get(1)).getAtIndex(ValueLayout.JAVA_FLOAT, i);
      memory(args.get(2)).setAtIndex(ValueLayout.JAVA_FLOAT, i, sum);
    }
  }

  private static void scale(List<HostArgument> args) {
    MemorySegment in = memory(args.get(0));
    for (int i = 0; i < in.byteSize() / Float.BYTES; i++) {
      float scaled = in.getAtIndex(ValueLayout.JAVA_FLOAT, i) * number(args.get(2)).floatValue();
      memory(args.get(1)).setAtIndex(ValueLayout.JAVA_FLOAT, i, scaled);
    }
  }

  private static TensorSpec floats(String name) {
    return new TensorSpec(name, DType.FLOAT32, VECTOR);
  }

  private static Instruction launchAdd(String a, String b, String out) {
    return new Instruction.Launch(
        "add",
        List.of(
            new PlanArgument.Buffer(a),
            new PlanArgument.Buffer(b),
            new PlanArgument.Buffer(out),
            new PlanArgument.Size(N)),
        LaunchGeometry.of(N.ceilDiv(64), IntExpr.of(64)));
  }

  private static Instruction launchScale(String a, String out, double by) {
    return new Instruction.Launch(
        "scale",
        List.of(
            new PlanArgument.Buffer(a), new PlanArgument.Buffer(out), new PlanArgument.Real(by)),
        LaunchGeometry.of(IntExpr.of(1), IntExpr.of(1)));
  }

  private static Instruction owned(String name) {
    return new Instruction.Allocate(floats(name), new Storage.Owned());
  }

  private static Instruction pooled(String name, IntExpr offset) {
    return new Instruction.Allocate(floats(name), new Storage.Pooled("pool", offset));
  }

  private static LaunchPlan plan(List<TensorSpec> inputs, List<Instruction> body, String output) {
    IntExpr aligned = N.times(IntExpr.of(4)).ceilDiv(512).times(IntExpr.of(512));
    return new LaunchPlan(
        inputs,
        List.of(),
        List.of(new MemoryPool("pool", aligned.times(IntExpr.of(2)))),
        body,
        List.of(new PlanOutput(floats("y"), output)));
  }

  private PlanExecutor open(LaunchPlan plan) {
    return open(plan, ExternalFunctions.NONE);
  }

  private PlanExecutor open(LaunchPlan plan, ExternalFunctions externals) {
    return PlanExecutor.open(device, PROGRAM, plan, Weights.of(Map.of()), externals);
  }

  private static float[] run(PlanExecutor executor, Map<String, Tensor> inputs) {
    Map<String, Tensor> results = executor.run(inputs);
    float[] values = Objects.requireNonNull(results.get("y")).toFloats();
    results.values().forEach(Tensor::close);
    return values;
  }

  private static Tensor vector(float... values) {
    return Tensor.of(values, values.length);
  }

  private static Tensor flag(long value) {
    Tensor tensor = Tensor.allocate(DType.INT64, 1);
    tensor.setLong(0, value);
    return tensor;
  }

  private static final LaunchPlan TWICE_SUM =
      plan(
          List.of(floats("a"), floats("b")),
          List.of(
              pooled("sum", IntExpr.of(0)),
              launchAdd("a", "b", "sum"),
              pooled("y", N.times(IntExpr.of(4)).ceilDiv(512).times(IntExpr.of(512))),
              launchScale("sum", "y", 2)),
          "y");

  @Test
  void runsForEverySizeAndUsesItsMemoryAgain() {
    try (PlanExecutor executor = open(TWICE_SUM)) {
      assertThat(run(executor, Map.of("a", vector(1, 2), "b", vector(10, 20))))
          .containsExactly(22, 44);
      long allocations = device.memory().allocations();
      assertThat(run(executor, Map.of("a", vector(3, 4), "b", vector(1, 1))))
          .containsExactly(8, 10);
      assertThat(device.memory().allocations()).isEqualTo(allocations);
      float[] thousand = new float[1000];
      java.util.Arrays.fill(thousand, 1.5f);
      assertThat(run(executor, Map.of("a", vector(thousand), "b", vector(thousand))))
          .hasSize(1000)
          .containsOnly(6f);
      assertThat(run(executor, Map.of("a", vector(), "b", vector()))).isEmpty();
    }
  }

  @Test
  void residentInputsAreCopiedOnce() {
    Tensor a = vector(1, 2);
    try (PlanExecutor executor = open(TWICE_SUM);
        ResidentRun resident = executor.resident(Map.of("a", a, "b", vector(10, 20)))) {
      resident.run();
      a.setDouble(0, 100);
      Map<String, Tensor> results = resident.runAndRead();
      assertThat(Objects.requireNonNull(results.get("y")).toFloats()).containsExactly(22, 44);
      results.values().forEach(Tensor::close);
      // Other runs have memory of their own.
      assertThat(run(executor, Map.of("a", vector(3, 4), "b", vector(1, 1))))
          .containsExactly(8, 10);
    }
  }

  @Test
  void residentInputsAreCheckedToo() {
    try (PlanExecutor executor = open(TWICE_SUM);
        ResidentRun resident = executor.resident(Map.of("a", vector(1, 2)))) {
      assertThatThrownBy(resident::run).hasMessageContaining("missing inputs [b]");
    }
  }

  @Test
  void saysWhichInputsDontFitAndStaysUsable() {
    try (PlanExecutor executor = open(TWICE_SUM)) {
      Tensor two = vector(1, 2);
      assertRefused(executor, Map.of("a", two), "missing inputs [b]");
      assertRefused(
          executor, Map.of("a", two, "b", two, "c", two), "unknown inputs [c]; the model takes");
      assertRefused(
          executor,
          Map.of("a", two, "b", Tensor.of(new int[2], 2)),
          "input 'b': it is int32, the model takes float32");
      assertRefused(
          executor,
          Map.of("a", two, "b", vector(1, 2, 3)),
          "input 'b': its shape is [3], the model takes [n], here [2]");
      assertRefused(
          executor,
          Map.of("a", two, "b", Tensor.of(new float[2], 2, 1)),
          "input 'b': its shape is [2, 1], the model takes [n]");

      assertThat(run(executor, Map.of("a", two, "b", two))).containsExactly(4, 8);
    }
  }

  private static void assertRefused(PlanExecutor executor, Map<String, Tensor> inputs, String why) {
    assertThatThrownBy(() -> executor.run(inputs))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(why);
  }

  private static final TensorSpec FLAG = new TensorSpec("flag", DType.INT64, Shape.of(1));

  @Test
  void takesTheArmThatADeviceValueSays() {
    LaunchPlan plan =
        plan(
            List.of(floats("a"), FLAG),
            List.of(
                new Instruction.Branch(
                    HostValue.scalarOf("flag"),
                    List.of(owned("other"), owned("y"), launchScale("a", "y", 10)),
                    List.of(pooled("y", IntExpr.of(0)), launchScale("a", "y", -1)))),
            "y");

    try (PlanExecutor executor = open(plan)) {
      assertThat(run(executor, Map.of("a", vector(1, 2), "flag", flag(1)))).containsExactly(10, 20);
      assertThat(run(executor, Map.of("a", vector(1, 2), "flag", flag(0)))).containsExactly(-1, -2);
    }
  }

  /** {@code state = a; for i < trips: state = state + a}, in memory that changes hands. */
  private static LaunchPlan sumLoop(HostValue condition) {
    return plan(
        List.of(floats("a"), FLAG),
        List.of(
            new Instruction.ShapeCompute("trips", HostValue.scalarOf("flag")),
            new Instruction.Loop(
                "i",
                IntExpr.symbol("trips"),
                condition,
                List.of(
                    new Carried.Buffer("state", "a", "next"),
                    new Carried.Size(
                        "left", IntExpr.of(3), IntExpr.symbol("left").plus(IntExpr.of(-1)))),
                List.of(owned("next"), launchAdd("state", "a", "next")))),
        "state");
  }

  @Test
  void carriesBuffersFromIterationToIteration() {
    try (PlanExecutor executor = open(sumLoop(HostValue.of(IntExpr.of(1))))) {
      assertThat(run(executor, Map.of("a", vector(1, 2), "flag", flag(4)))).containsExactly(5, 10);
      assertThat(run(executor, Map.of("a", vector(1, 2), "flag", flag(0)))).containsExactly(1, 2);
      // What the iterations allocated serves the next runs.
      long buffers = device.memory().liveBuffers();
      for (int i = 0; i < 5; i++) {
        assertThat(run(executor, Map.of("a", vector(1, 2), "flag", flag(4))))
            .containsExactly(5, 10);
      }
      assertThat(device.memory().liveBuffers()).isEqualTo(buffers);
    }
  }

  @Test
  void stacksSlicesUnderAnotherNameAndChecks() {
    IntExpr trips = IntExpr.symbol("trips");
    TensorSpec all =
        new TensorSpec("all", DType.FLOAT32, new Shape(List.of(IntExpr.symbol("rounds"), N)));
    LaunchPlan plan =
        new LaunchPlan(
            List.of(floats("a"), FLAG),
            List.of(),
            List.of(),
            List.of(
                new Instruction.ShapeCompute("trips", HostValue.scalarOf("flag")),
                new Instruction.Check(
                    IntExpr.of(IntExpr.Op.MIN, trips, IntExpr.of(1)), "no round", "node 'loop'"),
                new Instruction.BeginStack("stack", DType.FLOAT32, IntExpr.of(2)),
                new Instruction.Loop(
                    "i",
                    trips,
                    HostValue.of(IntExpr.of(1)),
                    List.of(new Carried.Buffer("state", "a", "next")),
                    List.of(
                        owned("next"),
                        launchAdd("state", "a", "next"),
                        new Instruction.Alias("slice", "next"),
                        new Instruction.Push("stack", "slice"))),
                new Instruction.EndStack("stack", all),
                new Instruction.ShapeCompute("again", new HostValue.Dimension("all", 0))),
            List.of(
                new PlanOutput(
                    new TensorSpec(
                        "y", DType.FLOAT32, new Shape(List.of(IntExpr.symbol("again"), N))),
                    "all")));
    try (PlanExecutor executor = open(plan)) {
      assertThat(run(executor, Map.of("a", vector(1, 2), "flag", flag(2))))
          .containsExactly(2, 4, 3, 6);
      assertThat(run(executor, Map.of("a", vector(1, 2), "flag", flag(3))))
          .containsExactly(2, 4, 3, 6, 4, 8);
      assertThatThrownBy(() -> run(executor, Map.of("a", vector(1, 2), "flag", flag(0))))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("node 'loop': no round, here {trips=0}");
    }
  }

  @Test
  void endsALoopWhenItsConditionFails() {
    try (PlanExecutor executor = open(sumLoop(HostValue.of(IntExpr.symbol("left"))))) {
      assertThat(run(executor, Map.of("a", vector(1, 2), "flag", flag(100)))).containsExactly(4, 8);
    }
  }

  @Test
  void anInterruptedThreadEndsALoopAndLosesNothing() {
    try (PlanExecutor executor = open(sumLoop(HostValue.of(IntExpr.of(1))))) {
      run(executor, Map.of("a", vector(1, 2), "flag", flag(4)));
      long buffers = device.memory().liveBuffers();

      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> run(executor, Map.of("a", vector(1, 2), "flag", flag(4))))
          .isInstanceOf(RunInterruptedException.class)
          .hasMessageContaining("round 0 of 4");

      assertThat(Thread.interrupted()).isTrue();
      assertThat(device.memory().liveBuffers()).isLessThanOrEqualTo(buffers);
      assertThat(run(executor, Map.of("a", vector(1, 2), "flag", flag(4)))).containsExactly(5, 10);
    }
  }

  @Test
  void copiesAndFrees() {
    LaunchPlan plan =
        plan(
            List.of(floats("a")),
            List.of(
                owned("t"),
                launchScale("a", "t", 3),
                owned("y"),
                launchScale("a", "y", 1),
                new Instruction.Copy(
                    "t",
                    IntExpr.of(0),
                    "y",
                    IntExpr.of(4),
                    N.plus(IntExpr.of(-1)).times(IntExpr.of(4))),
                new Instruction.Free("t")),
            "y");

    try (PlanExecutor executor = open(plan)) {
      assertThat(run(executor, Map.of("a", vector(1, 2, 3)))).containsExactly(1, 3, 6);
    }
  }

  private static final IntExpr K = IntExpr.symbol("k");

  private static LaunchPlan positives() {
    TensorSpec found = new TensorSpec("found", DType.FLOAT32, new Shape(List.of(K)));
    return new LaunchPlan(
        List.of(floats("a")),
        List.of(),
        List.of(),
        List.of(
            new Instruction.ExternalCall(
                "positives", List.of(floats("a")), List.of(found), Map.of("above", "1"))),
        List.of(
            new PlanOutput(new TensorSpec("y", DType.FLOAT32, new Shape(List.of(K))), "found")));
  }

  private static List<Tensor> positives(List<Tensor> inputs, Map<String, String> attributes) {
    float above = Float.parseFloat(attributes.get("above"));
    double[] kept =
        IntStream.range(0, (int) inputs.getFirst().elements())
            .mapToDouble(inputs.getFirst()::getDouble)
            .filter(value -> value > above)
            .toArray();
    Tensor result = Tensor.allocate(DType.FLOAT32, kept.length);
    for (int i = 0; i < kept.length; i++) {
      result.setDouble(i, kept[i]);
    }
    return List.of(result);
  }

  @Test
  void callsTheApplicationForResultsOfUnknownSize() {
    ExternalFunctions functions =
        ExternalFunctions.NONE.with("positives", PlanExecutorTest::positives);

    try (PlanExecutor executor = open(positives(), functions)) {
      assertThat(run(executor, Map.of("a", vector(3, 0, 2)))).containsExactly(3, 2);
      assertThat(run(executor, Map.of("a", vector(0)))).isEmpty();
    }
  }

  @Test
  void checksWhatTheApplicationGives() {
    try (PlanExecutor executor = open(positives())) {
      assertRefused(
          executor,
          Map.of("a", vector(1)),
          "external function 'positives', which is not registered");
    }
    ExternalFunctions wrong =
        ExternalFunctions.NONE.with(
            "positives", (in, attributes) -> List.of(Tensor.of(new int[2], 2)));
    try (PlanExecutor executor = open(positives(), wrong)) {
      assertRefused(executor, Map.of("a", vector(1)), "it gave int32 for 'found'");
    }
  }

  @Test
  void aRunThatFailsLeavesNothingBehind() {
    LaunchPlan plan =
        plan(
            List.of(floats("a")),
            List.of(
                owned("y"),
                new Instruction.Launch(
                    "fail", List.of(), LaunchGeometry.of(IntExpr.of(1), IntExpr.of(1)))),
            "y");

    try (PlanExecutor executor = open(plan)) {
      assertThatThrownBy(() -> executor.run(Map.of("a", vector(1))))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("on purpose");
      assertThat(device.memory().liveBuffers()).isZero();
    }
  }

  @Test
  void sizesThatTurnOutImpossibleAreErrorsThatNameThem() {
    IntExpr less = N.plus(IntExpr.of(-3));
    LaunchPlan shape =
        plan(
            List.of(floats("a")),
            List.of(
                new Instruction.Allocate(
                    new TensorSpec("t", DType.FLOAT32, new Shape(List.of(less))),
                    new Storage.Owned())),
            "a");
    LaunchPlan grid =
        plan(
            List.of(floats("a")),
            List.of(
                new Instruction.Launch("fail", List.of(), LaunchGeometry.of(less, IntExpr.of(1)))),
            "a");

    try (PlanExecutor executor = open(shape)) {
      assertRefused(
          executor,
          Map.of("a", vector(1)),
          "the tensor 't' would have the shape [-2] for the sizes {n=1}");
    }
    try (PlanExecutor executor = open(grid)) {
      assertThatThrownBy(() -> executor.run(Map.of("a", vector(1))))
          .isInstanceOf(LaunchException.class)
          .hasMessageContaining("kernel 'fail': the geometry is impossible for the sizes {n=1}");
    }
  }

  @Test
  void constantsComeFromTheWeights() {
    LaunchPlan plan =
        new LaunchPlan(
            List.of(floats("a")),
            List.of(new TensorSpec("w", DType.FLOAT32, Shape.of(2))),
            List.of(),
            List.of(owned("y"), launchAdd("a", "w", "y")),
            List.of(new PlanOutput(floats("y"), "y")));
    ExternalFunctions none = ExternalFunctions.NONE;

    try (PlanExecutor executor =
        PlanExecutor.open(device, PROGRAM, plan, Weights.of(Map.of("w", vector(100, 200))), none)) {
      assertThat(run(executor, Map.of("a", vector(1, 2)))).containsExactly(101, 202);
    }
    assertThatThrownBy(() -> PlanExecutor.open(device, PROGRAM, plan, Weights.of(Map.of()), none))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no weights named 'w'");
    assertThatThrownBy(
            () ->
                PlanExecutor.open(device, PROGRAM, plan, Weights.of(Map.of("w", vector(1))), none))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("weights 'w'");
  }

  @Test
  void profilesEveryCommand() {
    ExecutionProfile profile = new ExecutionProfile();
    try (PlanExecutor executor = open(TWICE_SUM)) {
      executor.run(Map.of("a", vector(1), "b", vector(2)), profile);
      executor.run(Map.of("a", vector(1), "b", vector(2)), profile);
    }

    assertThat(profile.entries())
        .extracting(entry -> entry.kind() + " " + entry.name())
        .startsWith("WRITE a", "WRITE b", "KERNEL add", "KERNEL scale", "READ y")
        .hasSize(10);
    assertThat(profile.totals())
        .anySatisfy(
            total -> {
              assertThat(total.name()).isEqualTo("add");
              assertThat(total.count()).isEqualTo(2);
            });
    assertThat(profile.table()).contains("kernel scale");
  }

  @Test
  void threadsShareAModel() throws Exception {
    try (PlanExecutor executor = open(TWICE_SUM);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<float[]>> runs =
          IntStream.range(0, 200)
              .<Callable<float[]>>mapToObj(
                  i ->
                      () -> {
                        float[] values = new float[1 + i % 17];
                        java.util.Arrays.fill(values, i);
                        return run(executor, Map.of("a", vector(values), "b", vector(values)));
                      })
              .toList();
      List<Future<float[]>> results = threads.invokeAll(runs);
      for (int i = 0; i < results.size(); i++) {
        assertThat(results.get(i).get()).hasSize(1 + i % 17).containsOnly(4f * i);
      }
    }
  }

  @Test
  void aClosedModelSaysSo() {
    PlanExecutor executor = open(TWICE_SUM);
    executor.close();
    executor.close();

    assertThatThrownBy(() -> executor.run(Map.of("a", vector(1), "b", vector(1))))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("the model is closed");
  }
}
