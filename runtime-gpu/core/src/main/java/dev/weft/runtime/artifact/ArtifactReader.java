package dev.weft.runtime.artifact;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.base.WeftException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Reads artifacts. */
final class ArtifactReader {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final String REMEDY =
      "give a file that 'weft compile' wrote, or compile the model again";

  private final Path file;
  private final ZipFile zip;

  private ArtifactReader(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
  }

  static Artifact read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InputException("there is no such file", file.toString(), "check the path");
    }
    try (ZipFile zip = new ZipFile(file.toFile())) {
      return new ArtifactReader(file, zip).artifact();
    } catch (ZipException e) {
      throw new InputException("it is no .weft file", file.toString(), REMEDY, e);
    } catch (IOException e) {
      throw new InputException("it can't be read: " + e, file.toString(), REMEDY, e);
    }
  }

  private Artifact artifact() throws IOException {
    JsonFields manifest = json(ArtifactWriter.MANIFEST);
    long version = manifest.integer("weft");
    if (version != ArtifactWriter.VERSION) {
      throw new InputException(
          "its format has version " + version + ", this Weft reads " + ArtifactWriter.VERSION,
          file.toString(),
          "compile the model with this version of Weft");
    }
    List<Artifact.Variant> variants;
    try {
      variants = manifest.objects("variants", this::variant);
    } catch (IllegalArgumentException e) {
      throw new InputException(String.valueOf(e.getMessage()), file.toString(), REMEDY, e);
    }
    if (variants.isEmpty()) {
      throw manifest.damaged("there is no variant");
    }
    Weights weights = weights();
    try {
      return new Artifact(variants, weights, manifest.textMap("metadata"));
    } catch (WeftException e) {
      weights.close();
      throw e;
    }
  }

  private Artifact.Variant variant(JsonFields fields) {
    return new Artifact.Variant(
        fields.text("target"),
        fields.objects("programs", program -> ProgramJson.read(program, this::content)),
        PlanJson.read(json(fields.text("plan"))));
  }

  private JsonFields json(String entry) {
    try {
      return new JsonFields(
          MAPPER.readTree(new String(content(entry), StandardCharsets.UTF_8)), file + ", " + entry);
    } catch (IOException e) {
      throw new InputException(entry + " is no JSON", file.toString(), REMEDY, e);
    }
  }

  private ZipEntry entry(String name) {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new InputException("there is no " + name + " in it", file.toString(), REMEDY);
    }
    return entry;
  }

  private byte[] content(String name) {
    try (InputStream in = zip.getInputStream(entry(name))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new InputException(name + " can't be read: " + e, file.toString(), REMEDY, e);
    }
  }

  private Weights weights() throws IOException {
    Arena arena = Arena.ofShared();
    boolean done = false;
    try {
      MemorySegment bytes = weightBytes(arena);
      Map<String, Tensor> tensors = Safetensors.read(bytes, file.toString());
      Weights weights = new Mapped(arena, tensors);
      done = true;
      return weights;
    } finally {
      if (!done) {
        arena.close();
      }
    }
  }

  /** The weights' bytes: mapped if they lie in the file as they were written, else a copy. */
  private MemorySegment weightBytes(Arena arena) throws IOException {
    ZipEntry entry = entry(ArtifactWriter.WEIGHTS);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      OptionalLong start = alignedStart(channel, entry);
      if (start.isPresent()) {
        return channel.map(
            FileChannel.MapMode.READ_ONLY, start.getAsLong(), entry.getSize(), arena);
      }
    }
    MemorySegment copy = arena.allocate(Math.max(1, entry.getSize()), Tensor.ALIGNMENT);
    byte[] chunk = new byte[1 << 16];
    long at = 0;
    try (InputStream in = zip.getInputStream(entry)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        if (at + n > entry.getSize()) {
          throw new ZipException("more data than announced");
        }
        MemorySegment.copy(MemorySegment.ofArray(chunk), 0, copy, at, n);
        at += n;
      }
    }
    return copy.asSlice(0, at).asReadOnly();
  }

  /** Where the weights begin, if they are the first entry, as they are, and aligned. */
  private static OptionalLong alignedStart(FileChannel channel, ZipEntry entry) throws IOException {
    ByteBuffer header =
        ByteBuffer.allocate(ArtifactWriter.LOCAL_HEADER + ArtifactWriter.WEIGHTS.length())
            .order(ByteOrder.LITTLE_ENDIAN);
    channel.read(header, 0);
    if (header.hasRemaining()) {
      return OptionalLong.empty();
    }
    byte[] name = new byte[ArtifactWriter.WEIGHTS.length()];
    header.get(ArtifactWriter.LOCAL_HEADER, name);
    int nameLength = Short.toUnsignedInt(header.getShort(26));
    int extraLength = Short.toUnsignedInt(header.getShort(28));
    long start = (long) ArtifactWriter.LOCAL_HEADER + nameLength + extraLength;
    boolean isFirst =
        header.getInt(0) == LOCAL_SIGNATURE
            && nameLength == name.length
            && new String(name, StandardCharsets.UTF_8).equals(ArtifactWriter.WEIGHTS);
    boolean usable =
        isFirst
            && entry.getMethod() == ZipEntry.STORED
            && start % Tensor.ALIGNMENT == 0
            && start + entry.getSize() <= channel.size();
    return usable ? OptionalLong.of(start) : OptionalLong.empty();
  }

  /** Weights whose memory goes with an arena. */
  private static final class Mapped implements Weights {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Weights weights;
    private final Cleaner.Cleanable cleanable;

    Mapped(Arena arena, Map<String, Tensor> tensors) {
      this.weights = Weights.of(tensors);
      this.cleanable = CLEANER.register(this, arena::close);
    }

    @Override
    public Set<String> names() {
      return weights.names();
    }

    @Override
    public Tensor get(String name) {
      return weights.get(name);
    }

    @Override
    public void close() {
      cleanable.clean();
    }
  }
}
