package dev.weft.runtime.artifact;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.runtime.ProgramImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes artifacts. */
final class ArtifactWriter {
  static final String WEIGHTS = "weights.safetensors";
  static final String MANIFEST = "manifest.json";
  static final int VERSION = 1;

  /** The bytes of a local header before name and extra field. */
  static final int LOCAL_HEADER = 30;

  /** Beyond this size ZIP adds an extra field with 64-bit sizes. */
  private static final long ZIP64_FROM = 0xFFFFFFFFL;

  private static final int ZIP64_FIELD = 20;

  /** The id that zipalign gave to the extra field that only fills. */
  private static final short ALIGNMENT_FIELD = (short) 0xD935;

  /** A time that fits ZIP's own field; the first of 1980 would get an extra field. */
  private static final LocalDateTime FIXED_TIME = LocalDateTime.of(1981, 1, 1, 0, 0);

  private static final int CHUNK = 1 << 20;

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private ArtifactWriter() {}

  static void write(Artifact artifact, Path file) {
    Path target = file.toAbsolutePath();
    try {
      Path part = Files.createTempFile(target.getParent(), target.getFileName() + "", ".part");
      try {
        try (OutputStream out = Files.newOutputStream(part);
            ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(out, CHUNK))) {
          zip.setMethod(ZipOutputStream.STORED);
          weights(zip, artifact.weights());
          manifest(zip, artifact);
        }
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw new InputException(
          "it can't be written: " + e, file.toString(), "choose another place", e);
    }
  }

  /** The weights come first: so their place in the file is known without reading the directory. */
  private static void weights(ZipOutputStream zip, Weights weights) throws IOException {
    CRC32 crc = new CRC32();
    long[] size = new long[1];
    byte[] chunk = new byte[CHUNK];
    Safetensors.write(
        weights,
        part -> {
          size[0] += part.byteSize();
          each(part, chunk, length -> crc.update(chunk, 0, length));
        });
    ZipEntry entry = entry(WEIGHTS, size[0], crc.getValue());
    entry.setExtra(filling(size[0]));
    zip.putNextEntry(entry);
    Safetensors.write(weights, part -> each(part, chunk, length -> zip.write(chunk, 0, length)));
    zip.closeEntry();
  }

  /** An extra field after which the entry's data begins aligned. */
  private static byte[] filling(long size) {
    int before = LOCAL_HEADER + WEIGHTS.length() + (size >= ZIP64_FROM ? ZIP64_FIELD : 0);
    int fieldHeader = 4;
    int fill =
        (int) (Tensor.ALIGNMENT - (before + fieldHeader) % Tensor.ALIGNMENT)
            % (int) Tensor.ALIGNMENT;
    return ByteBuffer.allocate(fieldHeader + fill)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(ALIGNMENT_FIELD)
        .putShort((short) fill)
        .array();
  }

  @FunctionalInterface
  private interface ChunkUser {
    void use(int length) throws IOException;
  }

  private static void each(MemorySegment part, byte[] chunk, ChunkUser user) throws IOException {
    MemorySegment target = MemorySegment.ofArray(chunk);
    for (long at = 0; at < part.byteSize(); at += chunk.length) {
      long length = Math.min(chunk.length, part.byteSize() - at);
      MemorySegment.copy(part, at, target, 0, length);
      user.use((int) length);
    }
  }

  private static void manifest(ZipOutputStream zip, Artifact artifact) throws IOException {
    ObjectNode manifest = MAPPER.createObjectNode();
    manifest.put("weft", VERSION);
    ObjectNode metadata = manifest.putObject("metadata");
    new TreeMap<>(artifact.metadata()).forEach(metadata::put);
    ArrayNode variants = manifest.putArray("variants");
    for (int i = 0; i < artifact.variants().size(); i++) {
      Artifact.Variant variant = artifact.variants().get(i);
      String folder = "variants/" + i + "/";
      ObjectNode described = variants.addObject().put("target", variant.target());
      described.put("plan", folder + "plan.json");
      text(zip, folder + "plan.json", MAPPER.writeValueAsString(PlanJson.write(variant.plan())));
      ArrayNode programs = described.putArray("programs");
      for (int j = 0; j < variant.programs().size(); j++) {
        ProgramImage program = variant.programs().get(j);
        String entry = folder + "program-" + j + "." + program.format().extension();
        programs.add(ProgramJson.write(program, entry));
        stored(zip, entry, program.content());
      }
    }
    text(zip, MANIFEST, MAPPER.writeValueAsString(manifest));
  }

  private static void text(ZipOutputStream zip, String name, String text) throws IOException {
    stored(zip, name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void stored(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    zip.putNextEntry(entry(name, content.length, crc.getValue()));
    zip.write(content);
    zip.closeEntry();
  }

  private static ZipEntry entry(String name, long size, long crc) {
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(size);
    entry.setCompressedSize(size);
    entry.setCrc(crc);
    entry.setTimeLocal(FIXED_TIME);
    return entry;
  }
}
