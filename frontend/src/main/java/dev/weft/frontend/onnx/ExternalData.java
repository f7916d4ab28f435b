package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.weft.frontend.ImportException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tensors' data in files beside the model, which are mapped into memory: nothing is read before it
 * is used. A model can't reach outside its folder.
 */
final class ExternalData {
  private final @Nullable Path folder;
  private final Map<Path, MemorySegment> mapped = new HashMap<>();

  /**
   * @param folder the model's folder; null for a model that is no file
   */
  ExternalData(@Nullable Path folder) {
    this.folder = folder;
  }

  /**
   * The bytes of a tensor.
   *
   * @param place the tensor, for messages
   * @param bytes how many there must be
   */
  MemorySegment of(TensorProto proto, String place, long bytes) {
    String location = "";
    long offset = 0;
    long length = bytes;
    for (StringStringEntryProto entry : proto.getExternalDataList()) {
      switch (entry.getKey()) {
        case "location" -> location = entry.getValue();
        case "offset" -> offset = number(entry, place);
        case "length" -> length = number(entry, place);
        // A checksum, and what producers add for themselves.
        default -> {}
      }
    }
    MemorySegment file = file(location, place);
    if (length != bytes || offset > file.byteSize() || bytes > file.byteSize() - offset) {
      throw new ImportException(
          "its data should be "
              + length
              + " bytes at "
              + offset
              + " of '"
              + location
              + "', which has "
              + file.byteSize()
              + "; the shape needs "
              + bytes,
          place,
          "the file is damaged or belongs to another model");
    }
    return file.asSlice(offset, bytes);
  }

  private static long number(StringStringEntryProto entry, String place) {
    try {
      long value = Long.parseLong(entry.getValue());
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ImportException(
        "the " + entry.getKey() + " '" + entry.getValue() + "' of its data is no number",
        place,
        "the file is damaged");
  }

  /** The files that tensors' data was in so far. */
  Set<Path> files() {
    return Set.copyOf(mapped.keySet());
  }

  private MemorySegment file(String location, String place) {
    if (folder == null) {
      throw new ImportException(
          "its data is in the file '" + location + "', but the model is no file",
          place,
          "load the model from its folder");
    }
    Path root = folder.toAbsolutePath().normalize();
    Path file = root.resolve(location).normalize();
    if (location.isEmpty() || !file.startsWith(root)) {
      throw new ImportException(
          "its data is said to be in '" + location + "', outside the model's folder",
          place,
          "put the data beside the model");
    }
    MemorySegment known = mapped.get(file);
    if (known != null) {
      return known;
    }
    try {
      if (!Files.isRegularFile(file) || !file.toRealPath().startsWith(root.toRealPath())) {
        throw new ImportException(
            "there is no file '" + location + "' with its data beside the model",
            place,
            "put it there");
      }
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        MemorySegment segment =
            channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
        mapped.put(file, segment);
        return segment;
      }
    } catch (IOException e) {
      throw new ImportException(
          "the file '" + location + "' with its data can't be read",
          place,
          "check its permissions",
          e);
    }
  }
}
