package dev.weft.runtime.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.PlanOutput;
import dev.weft.runtime.plan.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactCacheTest {
  private static final long LARGE = 1 << 20;

  @TempDir Path directory;

  /** A model that gives its weights. */
  private static Artifact artifact(float value) {
    TensorSpec x = new TensorSpec("x", DType.FLOAT32, Shape.of(1));
    TensorSpec w = new TensorSpec("w", DType.FLOAT32, Shape.of(1000));
    TensorSpec y = new TensorSpec("y", DType.FLOAT32, Shape.of(1000));
    LaunchPlan plan =
        new LaunchPlan(
            List.of(x), List.of(w), List.of(), List.of(), List.of(new PlanOutput(y, "w")));
    ProgramImage program = ProgramImage.ofText(ProgramFormat.OPENCL_C, "", List.of(), List.of());
    Tensor weights = Tensor.allocate(DType.FLOAT32, 1000);
    weights.setDouble(999, value);
    return new Artifact(
        List.of(new Artifact.Variant("opencl", List.of(program), plan)),
        Weights.of(Map.of("w", weights)),
        Map.of());
  }

  private static double value(Optional<Artifact> found) {
    try (Artifact artifact = found.orElseThrow()) {
      return artifact.weights().get("w").getDouble(999);
    }
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  @Test
  void givesBackWhatWasPutLast() throws IOException {
    ArtifactCache cache = ArtifactCache.in(directory, LARGE);
    assertThat(cache.get("key")).isEmpty();
    assertThat(cache.put("key", artifact(1))).isTrue();
    assertThat(cache.put("other", artifact(2))).isTrue();
    assertThat(value(cache.get("key"))).isEqualTo(1);
    assertThat(cache.put("key", artifact(3))).isTrue();
    assertThat(value(cache.get("key"))).isEqualTo(3);
    assertThat(value(cache.get("other"))).isEqualTo(2);
    assertThat(files()).hasSize(2);
  }

  @Test
  void aDamagedEntryIsAbsentAndGoes() throws IOException {
    ArtifactCache cache = ArtifactCache.in(directory, LARGE);
    cache.put("key", artifact(1));
    Path file = files().getFirst();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThat(cache.get("key")).isEmpty();
    assertThat(files()).isEmpty();
  }

  @Test
  void theLeastRecentlyUsedGoWhenItOutgrowsItsLimit() throws IOException {
    ArtifactCache cache = ArtifactCache.in(directory, LARGE);
    cache.put("first", artifact(1));
    long bytes = Files.size(files().getFirst());
    cache.put("second", artifact(2));
    for (Path file : files()) {
      boolean first = file.toString().contains("first-");
      Files.setLastModifiedTime(file, FileTime.fromMillis(first ? 2000 : 1000));
    }
    ArtifactCache.in(directory, 2 * bytes + bytes / 2).put("third", artifact(3));
    assertThat(cache.get("second")).isEmpty();
    assertThat(value(cache.get("first"))).isEqualTo(1);
    assertThat(value(cache.get("third"))).isEqualTo(3);
  }

  @Test
  void whatIsLargerThanTheLimitIsNotKept() throws IOException {
    ArtifactCache cache = ArtifactCache.in(directory, 100);
    assertThat(cache.put("key", artifact(1))).isFalse();
    assertThat(cache.keeps(101)).isFalse();
    assertThat(files()).isEmpty();
  }
}
