package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {
  @TempDir Path directory;

  private static ProgramImage image(String source, String... options) {
    return ProgramImage.ofText(ProgramFormat.OPENCL_C, source, List.of(), List.of(options));
  }

  private static byte[] bytes(int size, int seed) {
    byte[] bytes = new byte[size];
    new java.util.Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void givesBackWhatWasPut() {
    KernelCache cache = KernelCache.in(directory.resolve("not/yet/there"), 1000);

    assertThat(cache.get("key")).isEmpty();
    assertThat(cache.put("key", bytes(100, 1))).isTrue();
    assertThat(cache.get("key")).hasValue(bytes(100, 1));
    cache.remove("key");
    assertThat(cache.get("key")).isEmpty();
  }

  @Test
  void keysDependOnSourceOptionsDeviceAndKind() {
    List<String> keys =
        List.of(
            KernelCache.key(image("a"), "device", "binary"),
            KernelCache.key(image("b"), "device", "binary"),
            KernelCache.key(image("a", "-O0"), "device", "binary"),
            KernelCache.key(image("a"), "other", "binary"),
            KernelCache.key(image("a"), "device", "log"));

    assertThat(keys).doesNotHaveDuplicates();
    assertThat(KernelCache.key(image("a"), "device", "binary")).isEqualTo(keys.getFirst());
  }

  @Test
  void aDamagedEntryIsAbsentAndGoes() throws IOException {
    KernelCache cache = KernelCache.in(directory, 1000);
    cache.put("key", bytes(100, 1));
    Path file = directory.resolve("key.bin");
    byte[] stored = Files.readAllBytes(file);
    stored[70] ^= 1;
    Files.write(file, stored);

    assertThat(cache.get("key")).isEmpty();
    assertThat(file).doesNotExist();

    Files.write(file, new byte[3]);
    assertThat(cache.get("key")).isEmpty();
  }

  @Test
  void theLeastRecentlyUsedEntriesGoWhenItOutgrowsItsLimit() throws IOException {
    KernelCache cache = KernelCache.in(directory, 3 * 132);
    for (int i = 0; i < 3; i++) {
      cache.put("key" + i, bytes(100, i));
      Files.setLastModifiedTime(
          directory.resolve("key" + i + ".bin"), FileTime.fromMillis(1_000_000L * (i + 1)));
    }
    assertThat(cache.get("key0")).isPresent();

    cache.put("key3", bytes(100, 3));

    assertThat(cache.get("key1")).isEmpty();
    assertThat(cache.get("key0")).isPresent();
    assertThat(cache.get("key2")).isPresent();
    assertThat(cache.get("key3")).isPresent();
  }

  @Test
  void anEntryLargerThanTheLimitIsNotKept() {
    KernelCache cache = KernelCache.in(directory, 50);

    assertThat(cache.put("key", bytes(100, 1))).isFalse();
    assertThat(cache.get("key")).isEmpty();
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNoError() throws IOException {
    Path file = Files.createFile(directory.resolve("a file"));
    KernelCache cache = KernelCache.in(file, 1000);

    assertThat(cache.put("key", bytes(10, 1))).isFalse();
    assertThat(cache.get("key")).isEmpty();
  }

  @Test
  void writersAtTheSameTimeLeaveWholeEntriesAndNoPartsBehind() throws Exception {
    KernelCache cache = KernelCache.in(directory, 1 << 20);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Boolean>> puts =
          IntStream.range(0, 40)
              .<Callable<Boolean>>mapToObj(i -> () -> cache.put("key", bytes(5000, 7)))
              .toList();
      for (Future<Boolean> put : threads.invokeAll(puts)) {
        assertThat(put.get()).isTrue();
        assertThat(cache.get("key")).hasValue(bytes(5000, 7));
      }
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("key.bin");
    }
  }

  @Test
  void offKeepsNothing() {
    assertThat(KernelCache.off().put("key", bytes(1, 1))).isFalse();
    assertThat(KernelCache.off().get("key")).isEmpty();
    assertThat(KernelCache.off().isOn()).isFalse();
  }
}
