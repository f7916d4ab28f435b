package dev.weft.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Compiled programs on disk, so that a model compiles once a machine. An entry's name is a hash of
 * the image and of everything else that its binary depends on; its file starts with a checksum, so
 * a damaged entry counts as absent. Several processes may use one directory: entries appear whole
 * or not at all. When the directory outgrows its limit the entries unused for longest go.
 *
 * <p>A cache that can't be read or written is no error: programs are compiled again.
 */
public final class KernelCache {
  /** The environment variable that names the directory; empty switches the cache off. */
  public static final String ENVIRONMENT = "WEFT_CACHE";

  /** The system property that names the directory, before the environment. */
  public static final String PROPERTY = "weft.cache";

  /** The size that the default cache keeps to. */
  public static final long DEFAULT_LIMIT = 512L << 20;

  private static final int CHECKSUM_BYTES = 32;
  private static final String SUFFIX = ".bin";

  private final Optional<Path> directory;
  private final long limitBytes;

  private KernelCache(Optional<Path> directory, long limitBytes) {
    this.directory = directory;
    this.limitBytes = limitBytes;
  }

  /**
   * A cache in a directory, which is made when it is needed.
   *
   * @param limitBytes the sum of all entries is brought below it after each write
   */
  public static KernelCache in(Path directory, long limitBytes) {
    return new KernelCache(Optional.of(directory), limitBytes);
  }

  /** A cache that keeps nothing. */
  public static KernelCache off() {
    return new KernelCache(Optional.empty(), 0);
  }

  /**
   * The user's cache: the directory of {@value #PROPERTY} or {@value #ENVIRONMENT}, else {@code
   * weft/kernels} under {@code XDG_CACHE_HOME} or {@code ~/.cache}.
   */
  public static KernelCache standard() {
    String chosen = System.getProperty(PROPERTY, System.getenv(ENVIRONMENT));
    if (chosen != null) {
      return chosen.isEmpty() ? off() : in(Path.of(chosen), DEFAULT_LIMIT);
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home", "."), ".cache")
            : Path.of(xdg);
    return in(base.resolve("weft").resolve("kernels"), DEFAULT_LIMIT);
  }

  /** Where entries are; nowhere if nothing is kept. */
  public Optional<Path> directory() {
    return directory;
  }

  /** Whether anything is kept. */
  public boolean isOn() {
    return directory.isPresent();
  }

  /**
   * The name of an entry.
   *
   * @param image what is compiled
   * @param device its {@link DeviceInfo#identity}
   * @param kind what is stored, where one image gives several things
   */
  public static String key(ProgramImage image, String device, String kind) {
    MessageDigest digest = sha256();
    for (String part : List.of(image.contentHash(), device, kind)) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The bytes stored under a key, if they are there and whole. */
  public Optional<byte[]> get(String key) {
    if (directory.isEmpty()) {
      return Optional.empty();
    }
    Path file = file(directory.get(), key);
    try {
      byte[] stored = Files.readAllBytes(file);
      if (stored.length >= CHECKSUM_BYTES) {
        byte[] content = Arrays.copyOfRange(stored, CHECKSUM_BYTES, stored.length);
        if (Arrays.equals(
            sha256().digest(content), Arrays.copyOfRange(stored, 0, CHECKSUM_BYTES))) {
          touch(file);
          return Optional.of(content);
        }
      }
      Files.deleteIfExists(file);
      return Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static void touch(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
    } catch (IOException e) {
      // Another user's directory: the entry serves all the same, it only looks older than it is.
    }
  }

  /**
   * Stores bytes under a key.
   *
   * @return whether they are on disk now
   */
  public boolean put(String key, byte[] content) {
    if (directory.isEmpty() || content.length + CHECKSUM_BYTES > limitBytes) {
      return false;
    }
    Path home = directory.get();
    try {
      createDirectories(home);
      Path part = Files.createTempFile(home, key, ".part");
      try {
        byte[] whole =
            ByteBuffer.allocate(CHECKSUM_BYTES + content.length)
                .put(sha256().digest(content))
                .put(content)
                .array();
        Files.write(part, whole);
        Files.move(
            part,
            file(home, key),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
      trim(home);
      return true;
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /** Forgets an entry, if it is there. */
  public void remove(String key) {
    directory.ifPresent(
        home -> {
          try {
            Files.deleteIfExists(file(home, key));
          } catch (IOException e) {
            // It stays, and is found useless again.
          }
        });
  }

  private static void createDirectories(Path home) throws IOException {
    try {
      Files.createDirectories(home);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(home + " is not a directory", e);
    }
  }

  private void trim(Path home) throws IOException {
    record Entry(Path file, long bytes, long used) {}
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.list(home)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        try {
          entries.add(
              new Entry(file, Files.size(file), Files.getLastModifiedTime(file).toMillis()));
        } catch (NoSuchFileException e) {
          // Another process trimmed it.
        }
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

  private static Path file(Path home, String key) {
    return home.resolve(key + SUFFIX);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
