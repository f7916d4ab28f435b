package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.compiler.CompileOptions;
import dev.weft.graph.partition.Libraries;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.Devices;
import dev.weft.runtime.artifact.ArtifactCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompiledModelsTest {
  @TempDir Path folder;

  private Optional<String> key(List<Path> files, DeviceInfo device, CompileOptions options) {
    return CompiledModels.key(files, device, options, ArtifactCache.in(folder, 1000));
  }

  private static DeviceInfo info(String device) {
    try (Device opened = Devices.installed().open(device)) {
      return opened.info();
    }
  }

  @Test
  void aKeyTellsWhateverACompiledModelDependsOn() throws IOException {
    List<Path> files =
        List.of(
            Files.write(folder.resolve("model.onnx"), new byte[] {1, 2, 3}),
            Files.write(folder.resolve("weights"), new byte[] {4}));
    DeviceInfo jvm = info("jvm");
    CompileOptions options = CompileOptions.DEFAULT;
    Optional<String> key = key(files, jvm, options);
    assertThat(key).isPresent().isEqualTo(key(files, jvm, options));
    assertThat(
            List.of(
                key,
                key(files, info("interpreter"), options),
                key(files, jvm, options.withOptLevel(1)),
                key(files, jvm, options.withoutPass("simplify")),
                key(files, jvm, options.withPassConfig("fuse_operators.max_operators", "2")),
                key(files.subList(0, 1), jvm, options),
                key(files.reversed(), jvm, options)))
        .doesNotHaveDuplicates()
        .allMatch(Optional::isPresent);
    Files.write(files.get(1), new byte[] {5});
    assertThat(key(files, jvm, options)).isPresent().isNotEqualTo(key);
  }

  @Test
  void whatNoFileTellsHasNoKey() throws IOException {
    DeviceInfo jvm = info("jvm");
    List<Path> files = List.of(Files.write(folder.resolve("model.onnx"), new byte[1001]));
    assertThat(key(files, jvm, CompileOptions.DEFAULT)).as("too large").isEmpty();
    assertThat(key(List.of(), jvm, CompileOptions.DEFAULT)).as("built in memory").isEmpty();
    Files.write(files.getFirst(), new byte[10]);
    assertThat(
            key(files, jvm, CompileOptions.DEFAULT.withLibrary(Libraries.known().get("openblas"))))
        .as("with code of a library's own")
        .isEmpty();
  }
}
