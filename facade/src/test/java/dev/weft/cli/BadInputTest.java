package dev.weft.cli;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.frontend.npy.NpyFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input gives one clear line on standard error, exit status 1, and nothing else. */
class BadInputTest {
  @TempDir private Path folder;

  private static Cli run(Path model, String... more) {
    String[] args = {"run", model.toString(), "--device", "interpreter"};
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Cli.run(all);
  }

  private Path tensor(DType dtype, long... shape) {
    Path file = folder.resolve("x.npy");
    try (Tensor tensor = Tensor.allocate(dtype, shape)) {
      NpyFiles.write(file, tensor);
    }
    return file;
  }

  @Test
  void missingModel() {
    Path file = folder.resolve("none.onnx");
    run(file, "--input", "x=random").failed(Main.FAILED, "none.onnx", "no such file");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 5000, 100_000})
  void truncatedModel(int length) throws IOException {
    Path model = Models.demoFile(folder, "digits.onnx");
    Files.write(model, Arrays.copyOf(Files.readAllBytes(model), length));
    run(model, "--input", "image=random").failed(Main.FAILED, "digits.onnx");
  }

  @Test
  void textCalledOnnx() throws IOException {
    Path model = Files.writeString(folder.resolve("text.onnx"), "This is no model.\n");
    run(model, "--input", "x=random").failed(Main.FAILED, "text.onnx", "no ONNX model");
  }

  @Test
  void modelOfAnUnknownKind() throws IOException {
    Path model = Files.writeString(folder.resolve("model.xyz"), "?");
    run(model, "--input", "x=random").failed(Main.FAILED, "model.xyz", ".onnx");
  }

  @Test
  void unsupportedOperators() throws IOException {
    Path model =
        Models.model(
            folder,
            "odd.onnx",
            List.of(
                Models.node("StringNormalizer", "first", "x", "a"),
                Models.node("RegexFullMatch", "second", "a", "y")),
            "1",
            "4");
    run(model, "--input", "x=random")
        .failed(Main.FAILED, "first", "StringNormalizer", "second", "RegexFullMatch", "odd.onnx");
  }

  @Test
  void wrongInputName() throws IOException {
    run(Models.relu(folder, "1", "4"), "--input", "z=random")
        .failed(Main.FAILED, "no input 'z'", "'x'");
  }

  @Test
  void missingInput() throws IOException {
    run(Models.relu(folder, "1", "4")).failed(Main.FAILED, "'x'", "--input x=");
  }

  @Test
  void inputGivenTwice() throws IOException {
    run(Models.relu(folder, "1", "4"), "--input", "x=random", "--input", "x=random")
        .failed(Main.FAILED, "'x'", "twice");
  }

  @Test
  void wrongShape() throws IOException {
    Path file = tensor(DType.FLOAT32, 2, 5);
    run(Models.relu(folder, "1", "4"), "--input", "x=" + file)
        .failed(Main.FAILED, "'x'", "2", "5", "4");
  }

  @Test
  void wrongRank() throws IOException {
    Path file = tensor(DType.FLOAT32, 4);
    run(Models.relu(folder, "1", "4"), "--input", "x=" + file).failed(Main.FAILED, "'x'");
  }

  @Test
  void wrongDtype() throws IOException {
    Path file = tensor(DType.INT64, 1, 4);
    run(Models.relu(folder, "1", "4"), "--input", "x=" + file)
        .failed(Main.FAILED, "'x'", "int64", "float32");
  }

  @Test
  void openSize() throws IOException {
    run(Models.relu(folder, "n", "4"), "--input", "x=random").failed(Main.FAILED, "--size n=N");
  }

  @Test
  void missingDevice() throws IOException {
    Path model = Models.relu(folder, "1", "4");
    for (String device : List.of("opencl:99", "nonsense", "opencl:x", "cuda:77")) {
      Cli.run("run", model.toString(), "--input", "x=random", "--device", device)
          .failed(Main.FAILED, device);
    }
  }

  @Test
  void missingTensorFile() throws IOException {
    run(Models.relu(folder, "1", "4"), "--input", "x=" + folder.resolve("none.npy"))
        .failed(Main.FAILED, "none.npy", "no such file");
  }

  @Test
  void damagedTensorFile() throws IOException {
    Path file = tensor(DType.FLOAT32, 1, 4);
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 20));
    run(Models.relu(folder, "1", "4"), "--input", "x=" + file).failed(Main.FAILED, "x.npy");
    Path text = Files.writeString(folder.resolve("t.pb"), "\u0001\u0002 no protobuf");
    run(Models.relu(folder, "1", "4"), "--input", "x=" + text).failed(Main.FAILED, "t.pb");
  }

  @Test
  void unreadablePicture() throws IOException {
    Path model = Models.demoFile(folder, "digits.onnx");
    Path text = Files.writeString(folder.resolve("text.png"), "no picture");
    run(model, "--input", "image=" + text).failed(Main.FAILED, "text.png", "no picture");
    Path cut = Models.demoFile(folder, "digit-3.png");
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 60));
    run(model, "--input", "image=" + cut).failed(Main.FAILED, "digit-3.png", "no picture");
  }

  @Test
  void pictureForAnInputThatIsNone() throws IOException {
    Path picture = Models.demoFile(folder, "digit-3.png");
    run(Models.relu(folder, "7"), "--input", "x=" + picture)
        .failed(Main.FAILED, "'x'", "not one picture");
    run(Models.relu(folder, "1", "3", "8", "8"), "--input", "x=" + picture)
        .failed(Main.FAILED, "28 x 28", "8 x 8");
  }

  @Test
  void recordsCannotBeUsedYet() throws IOException {
    run(Models.relu(folder, "4"), "--input", "x=random", "--records", "r.json")
        .failed(Main.FAILED, "r.json");
  }

  @Test
  void outputFolderThatIsAFile() throws IOException {
    Path model = Models.relu(folder, "4");
    Cli cli = run(model, "--input", "x=random", "--json", "-", "-o", model.toString());
    cli.failed(Main.FAILED, "relu.onnx");
  }
}
