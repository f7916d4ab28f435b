package dev.weft;

import dev.weft.codegen.c.KernelRenderer;
import dev.weft.codegen.cuda.CudaCodegen;
import dev.weft.codegen.jvm.JvmCodegen;
import dev.weft.codegen.opencl.OpenClCodegen;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.DeviceTargets;
import dev.weft.compiler.ModelCompiler;
import dev.weft.frontend.onnx.OnnxImporter;
import dev.weft.graph.Graph;
import dev.weft.lowering.KernelPlan;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.artifact.Artifact;
import dev.weft.runtime.artifact.ArtifactCache;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.target.Target;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which models were compiled before, by everything that a compiled model depends on: the bytes of
 * its files, the target, the options, and Weft's own code.
 */
final class CompiledModels {
  private static final long CHUNK = 1L << 30;

  /** One class of each module that has a say in what is compiled. */
  private static final List<Class<?>> COMPILER =
      List.of(
          Target.class,
          dev.weft.base.DType.class,
          PrimFunc.class,
          Graph.class,
          OnnxImporter.class,
          KernelPlan.class,
          KernelRenderer.class,
          OpenClCodegen.class,
          CudaCodegen.class,
          JvmCodegen.class,
          ModelCompiler.class,
          Artifact.class);

  private CompiledModels() {}

  /**
   * A model's key; absent if it can't be told, or isn't worth it: options with external libraries,
   * which bring code of their own.
   *
   * @param files what the model consists of
   */
  static Optional<String> key(
      List<Path> files, DeviceInfo device, CompileOptions options, ArtifactCache cache) {
    try {
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(file);
      }
      if (files.isEmpty() || !options.libraries().isEmpty() || !cache.keeps(bytes)) {
        return Optional.empty();
      }
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      Target target = DeviceTargets.of(device);
      text(digest, device.identity());
      text(digest, target + " " + target.limits() + " " + target.capabilities());
      text(digest, "level " + options.optLevel());
      text(digest, new TreeMap<>(options.passConfig()).toString());
      text(digest, new TreeSet<>(options.disabledPasses()).toString());
      if (!code(digest)) {
        return Optional.empty();
      }
      for (Path file : files) {
        text(digest, "file of " + Files.size(file));
        content(digest, file);
      }
      return Optional.of(HexFormat.of().formatHex(digest.digest()));
    } catch (IOException | URISyntaxException e) {
      return Optional.empty();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void text(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
    digest.update(bytes);
  }

  private static void content(MessageDigest digest, Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (long at = 0; at < channel.size(); at += CHUNK) {
        digest.update(
            channel.map(FileChannel.MapMode.READ_ONLY, at, Math.min(CHUNK, channel.size() - at)));
      }
    }
  }

  /** Adds Weft's own code: jars by their bytes, folders by their files' sizes and times. */
  private static boolean code(MessageDigest digest) throws IOException, URISyntaxException {
    TreeSet<Path> places = new TreeSet<>();
    for (Class<?> type : COMPILER) {
      CodeSource source = type.getProtectionDomain().getCodeSource();
      if (source == null || source.getLocation() == null) {
        return false;
      }
      places.add(Path.of(source.getLocation().toURI()));
    }
    for (Path place : places) {
      if (Files.isRegularFile(place)) {
        content(digest, place);
        continue;
      }
      try (Stream<Path> tree = Files.walk(place)) {
        for (Path file : tree.filter(Files::isRegularFile).sorted().toList()) {
          text(
              digest,
              place.relativize(file)
                  + " "
                  + Files.size(file)
                  + " "
                  + Files.getLastModifiedTime(file));
        }
      }
    }
    return true;
  }
}
