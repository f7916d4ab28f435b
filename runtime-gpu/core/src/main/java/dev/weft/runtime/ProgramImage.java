package dev.weft.runtime;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A program as source or binary: everything that a device needs to load it. One image usually holds
 * all kernels of a model, since drivers take about as long for one kernel as for many.
 */
public final class ProgramImage {
  private final ProgramFormat format;
  private final String architecture;
  private final byte[] content;
  private final List<KernelSpec> kernels;
  private final Map<String, KernelSpec> kernelsByName = new LinkedHashMap<>();
  private final List<String> options;

  /**
   * @param format what the content is
   * @param architecture the one device architecture that the content is for ({@code sm_90a}); empty
   *     if any will do
   * @param content source as UTF-8, or a binary
   * @param kernels the entry points
   * @param options build options for the device's compiler, in order
   * @throws IllegalArgumentException if two kernels have one name
   */
  public ProgramImage(
      ProgramFormat format,
      String architecture,
      byte[] content,
      List<KernelSpec> kernels,
      List<String> options) {
    this.format = format;
    this.architecture = architecture;
    this.content = content.clone();
    this.kernels = List.copyOf(kernels);
    this.options = List.copyOf(options);
    for (KernelSpec kernel : kernels) {
      if (kernelsByName.put(kernel.name(), kernel) != null) {
        throw new IllegalArgumentException(
            "ProgramImage kernel names must differ, got '" + kernel.name() + "' twice");
      }
    }
  }

  /** An image of source text for any architecture. */
  public static ProgramImage ofText(
      ProgramFormat format, String text, List<KernelSpec> kernels, List<String> options) {
    return new ProgramImage(format, "", text.getBytes(StandardCharsets.UTF_8), kernels, options);
  }

  /** What the content is. */
  public ProgramFormat format() {
    return format;
  }

  /** The architecture that the content is for; empty for any. */
  public String architecture() {
    return architecture;
  }

  /** The source or binary (a copy). */
  public byte[] content() {
    return content.clone();
  }

  /**
   * The content as text.
   *
   * @throws IllegalStateException if the format is not a text
   */
  public String text() {
    if (!format.isText()) {
      throw new IllegalStateException(format + " is not a text format");
    }
    return new String(content, StandardCharsets.UTF_8);
  }

  /** The entry points. */
  public List<KernelSpec> kernels() {
    return kernels;
  }

  /** Build options for the device's compiler. */
  public List<String> options() {
    return options;
  }

  /**
   * The entry point of that name.
   *
   * @throws DeviceException if there is none; names those that exist
   */
  public KernelSpec kernel(String name) {
    KernelSpec kernel = kernelsByName.get(name);
    if (kernel == null) {
      throw new DeviceException(
          "the program has no kernel '" + name + "'; it has " + kernelsByName.keySet(),
          "",
          "compile the model again");
    }
    return kernel;
  }

  /** SHA-256 over everything that decides what a compiler makes of this image, in hexadecimal. */
  public String contentHash() {
    try (ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(format.name());
      out.writeUTF(architecture);
      out.writeInt(content.length);
      out.write(content);
      for (String option : options) {
        out.writeUTF(option);
      }
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(bytes.toByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ProgramImage that
        && format == that.format
        && architecture.equals(that.architecture)
        && Arrays.equals(content, that.content)
        && kernels.equals(that.kernels)
        && options.equals(that.options);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(content) + kernels.hashCode();
  }

  @Override
  public String toString() {
    return format
        + (architecture.isEmpty() ? "" : " " + architecture)
        + ", "
        + content.length
        + " bytes, kernels "
        + kernels.stream().map(KernelSpec::name).toList();
  }
}
