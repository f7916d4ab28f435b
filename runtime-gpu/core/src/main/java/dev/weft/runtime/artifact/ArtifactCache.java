package dev.weft.runtime.artifact;

import dev.weft.base.WeftException;
import dev.weft.runtime.KernelCache;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Whole compiled models on disk, beside the compiled kernels, so that a large model's weights are
 * worked out and laid out once a machine. An entry's name is a key, which says everything that the
 * model depends on, and a checksum of the file, so a damaged entry counts as absent. Entries appear
 * whole or not at all; when the folder outgrows its limit those unused for longest go.
 *
 * <p>A cache that can't be read or written is no error: models are compiled again.
 */
public final class ArtifactCache {
  /** The size that the default cache keeps to. */
  public static final long DEFAULT_LIMIT = 2L << 30;

  private static final String FOLDER = "models";
  private static final String SUFFIX = "." + Artifact.EXTENSION;
  private static final long CHUNK = 1L << 30;

  private final Optional<Path> directory;
  private final long limitBytes;

  private ArtifactCache(Optional<Path> directory, long limitBytes) {
    this.directory = directory;
    this.limitBytes = limitBytes;
  }

  /**
   * A cache in a directory, which is made when it is needed.
   *
   * @param limitBytes the sum of all entries is brought below it after each write
   */
  public static ArtifactCache in(Path directory, long limitBytes) {
    return new ArtifactCache(Optional.of(directory), limitBytes);
  }

  /** The user's cache: a folder in that of {@link KernelCache#standard}. */
  public static ArtifactCache standard() {
    return new ArtifactCache(
        KernelCache.standard().directory().map(kernels -> kernels.resolve(FOLDER)), DEFAULT_LIMIT);
  }

  /** Whether anything of a size is kept. */
  public boolean keeps(long bytes) {
    return directory.isPresent() && bytes <= limitBytes;
  }

  /** The artifact stored under a key, if it is there and whole; the caller closes it. */
  public Optional<Artifact> get(String key) {
    if (directory.isEmpty()) {
      return Optional.empty();
    }
    try {
      for (Path file : entries(directory.get())) {
        if (name(file).startsWith(key + "-")) {
          if (name(file).equals(name(key, checksum(file)))) {
            Artifact artifact = Artifact.read(file);
            Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
            return Optional.of(artifact);
          }
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException | WeftException e) {
      // As good as absent.
    }
    return Optional.empty();
  }

  /**
   * Stores an artifact under a key.
   *
   * @return whether it is on disk now
   */
  public boolean put(String key, Artifact artifact) {
    if (directory.isEmpty()) {
      return false;
    }
    Path home = directory.get();
    try {
      Files.createDirectories(home);
      Path part = Files.createTempFile(home, key, ".part");
      try {
        artifact.write(part);
        if (Files.size(part) > limitBytes) {
          return false;
        }
        for (Path file : entries(home)) {
          if (name(file).startsWith(key + "-")) {
            Files.deleteIfExists(file);
          }
        }
        Files.move(part, home.resolve(name(key, checksum(part))), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
      trim(home);
      return true;
    } catch (IOException | WeftException e) {
      return false;
    }
  }

  private void trim(Path home) throws IOException {
    record Entry(Path file, long bytes, long used) {}
    List<Entry> entries = new ArrayList<>();
    for (Path file : entries(home)) {
      try {
        entries.add(new Entry(file, Files.size(file), Files.getLastModifiedTime(file).toMillis()));
      } catch (NoSuchFileException e) {
        // Another process trimmed it.
      }
    }
    long total = entries.stream().mapToLong(Entry::bytes).sum();
    entries.sort(Comparator.comparingLong(Entry::used).thenComparing(Entry::file));
    for (Entry entry : entries) {
      if (total <= limitBytes) {
        return;
      }
      Files.deleteIfExists(entry.file());
      total -= entry.bytes();
    }
  }

  private static List<Path> entries(Path home) throws IOException {
    if (!Files.isDirectory(home)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(home)) {
      return files.filter(file -> name(file).endsWith(SUFFIX)).toList();
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String name(String key, long checksum) {
    return key + "-" + HexFormat.of().toHexDigits(checksum, 8) + SUFFIX;
  }

  private static long checksum(Path file) throws IOException {
    CRC32C checksum = new CRC32C();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long at = 0; at < channel.size(); at += CHUNK) {
        ByteBuffer bytes =
            channel.map(FileChannel.MapMode.READ_ONLY, at, Math.min(CHUNK, channel.size() - at));
        checksum.update(bytes);
      }
    }
    return checksum.getValue();
  }
}
