package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import dev.weft.base.InputException;
import dev.weft.frontend.CustomOperators;
import dev.weft.frontend.ImportException;
import dev.weft.frontend.UnsupportedOperatorsException;
import dev.weft.graph.Graph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * Reads ONNX models (<a href="https://onnx.ai/onnx/repo-docs/IR.html">the specification</a>) into
 * graphs.
 */
public final class OnnxImporter {
  private OnnxImporter() {}

  /**
   * Imports a model.
   *
   * @throws InputException if there is no such file
   * @throws ImportException if the file holds no model, or one that makes no sense; the message
   *     names the node
   * @throws UnsupportedOperatorsException if nodes are not supported; it lists all of them
   */
  public static Graph load(Path file) {
    return load(file, CustomOperators.NONE);
  }

  /**
   * Imports a model some of whose operators the application defines; see {@link #load(Path)}.
   *
   * @param custom the application's operators
   */
  public static Graph load(Path file, CustomOperators custom) {
    return load(file, custom, read -> {});
  }

  /**
   * Imports a model; see {@link #load(Path, CustomOperators)}.
   *
   * @param reads gets every file that the model consists of: the model's own, and those of its
   *     tensors' data
   */
  public static Graph load(Path file, CustomOperators custom, Consumer<Path> reads) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      // Mapped, so that the file's content is not in Java's heap as a whole besides what is parsed.
      ByteBuffer content = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      Path folder = file.toAbsolutePath().getParent();
      ExternalData external = new ExternalData(folder);
      Graph graph =
          load(UnsafeByteOperations.unsafeWrap(content), file.toString(), external, custom);
      reads.accept(file);
      external.files().forEach(reads);
      return graph;
    } catch (NoSuchFileException e) {
      throw new InputException("there is no such file", file.toString(), "check the path", e);
    } catch (IOException e) {
      throw new InputException(
          "the file can't be read", file.toString(), "check the path and its permissions", e);
    }
  }

  /**
   * Imports a model from memory; see {@link #load(Path)}.
   *
   * @param model the file's content
   * @param name what to call it in messages
   */
  public static Graph load(byte[] model, String name) {
    return load(model, name, CustomOperators.NONE);
  }

  /** Imports a model from memory; see {@link #load(Path, CustomOperators)}. */
  public static Graph load(byte[] model, String name, CustomOperators custom) {
    return load(UnsafeByteOperations.unsafeWrap(model), name, new ExternalData(null), custom);
  }

  private static Graph load(
      ByteString model, String name, ExternalData external, CustomOperators custom) {
    ModelProto proto;
    try {
      CodedInputStream in = model.newCodedInput();
      in.enableAliasing(true);
      proto = ModelProto.parseFrom(in);
    } catch (InvalidProtocolBufferException e) {
      throw new ImportException(
          "the file is no ONNX model, or was cut off",
          name,
          "give a whole file in ONNX's binary form",
          e);
    } catch (IOException e) {
      throw new ImportException("the file can't be read", name, "check the file", e);
    }
    if (!proto.hasGraph() || proto.getIrVersion() < 1) {
      throw new ImportException(
          "the file is no ONNX model", name, "give a file in ONNX's binary form");
    }
    return new GraphImport(proto, name, external, custom).run();
  }
}
