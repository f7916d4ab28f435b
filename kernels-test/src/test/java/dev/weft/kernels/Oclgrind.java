package dev.weft.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The tests under Oclgrind, a simulator of an OpenCL device that watches every access of memory
 * ({@code ./dev test --oclgrind}): whatever it has to say fails the check that it said it in.
 */
final class Oclgrind {
  /** Where Oclgrind writes what it finds; it takes the name from the environment too. */
  private static final @Nullable String LOG = System.getenv("OCLGRIND_LOG");

  private static long read;

  private Oclgrind() {}

  /** Whether the OpenCL device is Oclgrind's. */
  static boolean isRunning() {
    return LOG != null;
  }

  /**
   * Fails with what Oclgrind has written since the last call.
   *
   * @throws AssertionError if that is anything: a data race, an access out of bounds, a wrong call
   */
  static synchronized void failOnFindings() {
    if (LOG == null || !Files.exists(Path.of(LOG))) {
      return;
    }
    try (SeekableByteChannel log = Files.newByteChannel(Path.of(LOG))) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(log.size() - read));
      log.position(read);
      while (bytes.hasRemaining() && log.read(bytes) >= 0) {}
      read += bytes.position();
      String text = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
      if (!text.isEmpty()) {
        throw new AssertionError("Oclgrind: " + text);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
