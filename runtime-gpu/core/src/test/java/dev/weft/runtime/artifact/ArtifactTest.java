package dev.weft.runtime.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.runtime.Device;
import dev.weft.runtime.FakeDevices;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.TensorMap;
import dev.weft.runtime.plan.Carried;
import dev.weft.runtime.plan.HostValue;
import dev.weft.runtime.plan.Instruction;
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.MemoryPool;
import dev.weft.runtime.plan.PlanArgument;
import dev.weft.runtime.plan.PlanException;
import dev.weft.runtime.plan.PlanOutput;
import dev.weft.runtime.plan.Storage;
import dev.weft.runtime.plan.TensorSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactTest {
  private static final IntExpr N = IntExpr.symbol("n");
  private static final Shape VECTOR = new Shape(List.of(N));
  private static final TensorSpec X = new TensorSpec("x", DType.FLOAT32, VECTOR);
  private static final TensorSpec FLAG = new TensorSpec("flag", DType.INT64, Shape.of());

  private static final KernelSpec KERNEL =
      new KernelSpec(
          "f",
          List.of(
              new KernelParam.Buffer("a", DType.FLOAT32, KernelParam.Access.READ),
              new KernelParam.Buffer("b", DType.FLOAT32, KernelParam.Access.READ_WRITE),
              new KernelParam.Scalar("n", DType.INT32),
              new KernelParam.Scalar("alpha", DType.FLOAT32)),
          List.of(
              new TensorMap(
                  "b_map",
                  1,
                  DType.FLOAT32,
                  List.of(30L, 32L),
                  List.of(40L, 1L),
                  List.of(8, 32),
                  128)));

  @TempDir Path directory;

  private static Instruction launch(String from, String to) {
    return new Instruction.Launch(
        "f",
        List.of(
            new PlanArgument.Buffer(from),
            new PlanArgument.Buffer(to),
            new PlanArgument.Size(N.plus(IntExpr.of(1))),
            new PlanArgument.Real(Double.NEGATIVE_INFINITY)),
        new LaunchGeometry(
            List.of(N.ceilDiv(32), IntExpr.of(1), IntExpr.of(2)),
            List.of(IntExpr.of(32), IntExpr.of(1), IntExpr.of(1)),
            N));
  }

  private static Instruction owned(String name) {
    return new Instruction.Allocate(
        new TensorSpec(name, DType.FLOAT32, VECTOR), new Storage.Owned());
  }

  /** A plan with every kind of instruction. */
  private static LaunchPlan plan() {
    Instruction pooled =
        new Instruction.Allocate(
            new TensorSpec("t", DType.FLOAT32, VECTOR),
            new Storage.Pooled("main", N.times(IntExpr.of(512))));
    Instruction.Loop loop =
        new Instruction.Loop(
            "i",
            IntExpr.symbol("k"),
            new HostValue.Element("flag", IntExpr.of(0)),
            List.of(
                new Carried.Buffer("s", "t", "next"),
                new Carried.Size("m", N, IntExpr.symbol("m").plus(IntExpr.of(1)))),
            List.of(owned("next"), launch("s", "next")));
    return new LaunchPlan(
        List.of(X, FLAG),
        List.of(
            new TensorSpec("w", DType.FLOAT32, Shape.of(3)),
            new TensorSpec("scale", DType.FLOAT16, Shape.of())),
        List.of(new MemoryPool("main", N.times(IntExpr.of(1024)))),
        List.of(
            pooled,
            launch("x", "t"),
            new Instruction.ShapeCompute("k", HostValue.scalarOf("flag")),
            loop,
            new Instruction.Branch(
                HostValue.of(N), List.of(owned("y")), List.of(owned("y"), owned("z"))),
            new Instruction.Copy("s", IntExpr.of(0), "y", IntExpr.of(0), N),
            new Instruction.ExternalCall(
                "g",
                List.of(new TensorSpec("y", DType.FLOAT32, VECTOR)),
                List.of(
                    new TensorSpec("e", DType.FLOAT32, new Shape(List.of(IntExpr.symbol("q"))))),
                Map.of("key", "a \"quoted\" value")),
            new Instruction.Free("y"),
            new Instruction.Check(N, "there is nothing", "node 'f'"),
            new Instruction.BeginStack("stack", DType.FLOAT32, N),
            new Instruction.Alias("slice", "x"),
            new Instruction.Push("stack", "slice"),
            new Instruction.EndStack(
                "stack",
                new TensorSpec(
                    "stacked", DType.FLOAT32, new Shape(List.of(IntExpr.symbol("r"), N)))),
            new Instruction.ShapeCompute("rounds", new HostValue.Dimension("stacked", 0))),
        List.of(
            new PlanOutput(
                new TensorSpec("out", DType.FLOAT32, new Shape(List.of(IntExpr.symbol("q")))),
                "e")));
  }

  private static Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("w", Tensor.of(new float[] {1, -2.5f, 3}, 3));
    Tensor half = Tensor.allocate(DType.FLOAT16);
    half.setDouble(0, 0.5);
    tensors.put("scale", half);
    Tensor four = Tensor.allocate(DType.INT4, 5);
    four.setLong(4, -8);
    tensors.put("four bits", four);
    tensors.put("empty", Tensor.allocate(DType.BFLOAT16, 0, 7));
    return tensors;
  }

  private static ProgramImage source() {
    return ProgramImage.ofText(
        ProgramFormat.OPENCL_C, "kernel void f() {} // ü", List.of(KERNEL), List.of("-Werror"));
  }

  private static ProgramImage binary() {
    return new ProgramImage(
        ProgramFormat.CUBIN, "sm_90a", new byte[] {0, 1, (byte) 200}, List.of(KERNEL), List.of());
  }

  private static Artifact artifact() {
    return new Artifact(
        List.of(
            new Artifact.Variant("opencl", List.of(source()), plan()),
            new Artifact.Variant("cuda:sm_90a", List.of(binary()), plan())),
        Weights.of(tensors()),
        Map.of("model", "digits", "compiler", "test"));
  }

  private Path written() {
    Path file = directory.resolve("model.weft");
    artifact().write(file);
    return file;
  }

  @Test
  void comesBackAsItWas() {
    try (Artifact read = Artifact.read(written())) {
      Artifact original = artifact();
      assertThat(read.variants()).isEqualTo(original.variants());
      assertThat(read.metadata()).isEqualTo(original.metadata());
      assertThat(read.signature()).isEqualTo(plan().signature());
      assertThat(read.weights().names()).containsExactly("w", "scale", "four bits", "empty");
      tensors()
          .forEach(
              (name, tensor) -> {
                Tensor back = read.weights().get(name);
                assertThat(back.dtype()).isEqualTo(tensor.dtype());
                assertThat(back.shape()).isEqualTo(tensor.shape());
                assertThat(back.data().mismatch(tensor.data())).isEqualTo(-1);
              });
    }
  }

  @Test
  void weightsAreMappedReadOnlyAndAligned() {
    try (Artifact read = Artifact.read(written())) {
      for (String name : read.weights().names()) {
        Tensor tensor = read.weights().get(name);
        assertThat(tensor.data().isMapped()).as(name).isTrue();
        assertThat(tensor.data().isReadOnly()).as(name).isTrue();
        assertThat(tensor.data().address() % 64).as(name).isZero();
      }
    }
  }

  @Test
  void theSameArtifactGivesTheSameBytes() throws IOException {
    Path other = directory.resolve("other.weft");
    artifact().write(other);

    assertThat(written()).hasSameBinaryContentAs(other);
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void weightsOfAFileThatWasPackedAnewAreCopied() throws IOException {
    Path packed = directory.resolve("packed.weft");
    try (ZipFile zip = new ZipFile(written().toFile());
        OutputStream out = Files.newOutputStream(packed);
        ZipOutputStream target = new ZipOutputStream(out)) {
      for (ZipEntry entry : zip.stream().toList()) {
        target.putNextEntry(new ZipEntry(entry.getName()));
        target.write(zip.getInputStream(entry).readAllBytes());
        target.closeEntry();
      }
    }

    try (Artifact read = Artifact.read(packed)) {
      assertThat(read.weights().get("w").toFloats()).containsExactly(1, -2.5f, 3);
      assertThat(read.weights().get("w").data().isMapped()).isFalse();
    }
  }

  @Test
  void closedWeightsCannotBeRead() {
    Artifact read = Artifact.read(written());
    Tensor w = read.weights().get("w");
    read.close();
    read.close();

    assertThatThrownBy(() -> w.getDouble(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsNoArtifactIsOneClearError() throws IOException {
    Path text = Files.writeString(directory.resolve("text.weft"), "hello");
    assertDamaged(text, "it is no .weft file");
    assertDamaged(directory.resolve("nothing.weft"), "there is no such file");
    assertDamaged(directory, "there is no such file");
    Path empty = directory.resolve("empty.weft");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(empty))) {
      zip.putNextEntry(new ZipEntry("other"));
    }
    assertDamaged(empty, "there is no manifest.json in it");
  }

  @Test
  void everyTruncationIsAnInputError() throws IOException {
    byte[] whole = Files.readAllBytes(written());
    for (int length = 0; length < whole.length; length += 97) {
      Path cut = directory.resolve("cut.weft");
      Files.write(cut, Arrays.copyOf(whole, length));
      assertDamaged(cut, "");
    }
  }

  @Test
  void everyDamagedByteIsAnInputErrorOrHarmless() throws IOException {
    byte[] whole = Files.readAllBytes(written());
    Path damaged = directory.resolve("damaged.weft");
    for (int at = 0; at < whole.length; at += 13) {
      byte[] bytes = whole.clone();
      bytes[at] ^= 0x15;
      Files.write(damaged, bytes);
      try (Artifact read = Artifact.read(damaged)) {
        read.weights().names().forEach(name -> read.weights().get(name).getDouble(0));
      } catch (InputException | PlanException e) {
        assertThat(e.getMessage()).doesNotContain("\n");
      } catch (IndexOutOfBoundsException e) {
        // getDouble(0) of the empty tensor, which is the last.
        assertThat(e).isNotNull();
      }
    }
  }

  private static void assertDamaged(Path file, String why) {
    assertThatThrownBy(() -> Artifact.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContaining(why);
  }

  @Test
  void aPlaceThatCannotBeWrittenIsAnInputError() {
    Path nowhere = directory.resolve("no/such/folder/model.weft");

    assertThatThrownBy(() -> artifact().write(nowhere))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("can't be written");
  }

  @Test
  void aDeviceTakesWhatItCanLoad() {
    try (Device device = FakeDevices.running(Map.of())) {
      assertThatThrownBy(() -> artifact().select(device))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("compiled for [opencl, cuda:sm_90a]");

      ProgramImage first = FakeDevices.image(KERNEL);
      ProgramImage own = ProgramImage.ofText(ProgramFormat.TIR, "own", List.of(KERNEL), List.of());
      Artifact artifact =
          new Artifact(
              List.of(
                  new Artifact.Variant("simt", List.of(first), plan()),
                  new Artifact.Variant("interpreter", List.of(binary(), own), plan())),
              Weights.of(tensors()),
              Map.of());
      assertThat(artifact.select(device).program()).isEqualTo(own);
    }
  }

  @Test
  void variantsMustAgreeAndHaveTheirWeights() {
    LaunchPlan other = new LaunchPlan(List.of(X), List.of(), List.of(), List.of(), List.of());
    Artifact.Variant full = new Artifact.Variant("opencl", List.of(source()), plan());

    assertThatThrownBy(
            () ->
                new Artifact(
                    List.of(full, new Artifact.Variant("jvm", List.of(source()), other)),
                    Weights.of(tensors()),
                    Map.of()))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("target jvm");
    assertThatThrownBy(() -> new Artifact(List.of(full), Weights.of(Map.of()), Map.of()))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("no weights named 'w'");
  }
}
