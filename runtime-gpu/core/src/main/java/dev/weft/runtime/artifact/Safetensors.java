package dev.weft.runtime.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The safetensors form of weights: eight bytes of header length, a JSON header, the tensors. Each
 * tensor begins at a multiple of 64 bytes; the gaps, which the format forbids, are tensors of their
 * own with names that begin with {@value #GAP}. Types that the format lacks (4 bits) are stored as
 * bytes, and their names in the metadata.
 */
final class Safetensors {
  private static final String GAP = "weft.gap.";
  private static final String METADATA = "__metadata__";
  private static final String DTYPE_KEY = "dtype.";
  private static final int MAX_HEADER = 100 << 20;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Safetensors() {}

  /** Takes the parts of the file in order. */
  interface Sink {
    /** The next bytes. */
    void accept(MemorySegment bytes) throws IOException;
  }

  /** Writes all weights. */
  static void write(Weights weights, Sink sink) throws IOException {
    JsonNodeFactory json = JsonNodeFactory.instance;
    ObjectNode header = json.objectNode();
    ObjectNode metadata = json.objectNode();
    List<MemorySegment> parts = new ArrayList<>();
    long at = 0;
    int gaps = 0;
    for (String name : weights.names()) {
      Tensor tensor = weights.get(name);
      long start = aligned(at);
      if (start > at) {
        header.set(GAP + gaps++, entry("U8", new long[] {start - at}, at, start));
        parts.add(MemorySegment.ofArray(new byte[(int) (start - at)]));
      }
      String code = code(tensor.dtype());
      if (!dtype(code).equals(tensor.dtype())) {
        metadata.put(DTYPE_KEY + name, tensor.dtype().toString());
      }
      at = start + tensor.bytes();
      header.set(name, entry(code, tensor.shape(), start, at));
      parts.add(tensor.data());
    }
    if (!metadata.isEmpty()) {
      header.set(METADATA, metadata);
    }
    sink.accept(MemorySegment.ofArray(headerBytes(header)));
    for (MemorySegment part : parts) {
      sink.accept(part);
    }
  }

  private static long aligned(long offset) {
    return Math.ceilDiv(offset, Tensor.ALIGNMENT) * Tensor.ALIGNMENT;
  }

  private static ObjectNode entry(String code, long[] shape, long start, long end) {
    ObjectNode node = JsonNodeFactory.instance.objectNode().put("dtype", code);
    var dims = node.putArray("shape");
    for (long dim : shape) {
      dims.add(dim);
    }
    node.putArray("data_offsets").add(start).add(end);
    return node;
  }

  /** Length and JSON, filled with spaces so that the tensors begin aligned. */
  private static byte[] headerBytes(ObjectNode header) throws JsonProcessingException {
    byte[] text = MAPPER.writeValueAsBytes(header);
    int length = (int) (aligned(Long.BYTES + (long) text.length) - Long.BYTES);
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length).put(text);
    while (bytes.hasRemaining()) {
      bytes.put((byte) ' ');
    }
    return bytes.array();
  }

  /**
   * The tensors in a file's bytes, as views of them.
   *
   * @param where the file, for errors
   * @throws InputException if the bytes are no safetensors file
   */
  static Map<String, Tensor> read(MemorySegment file, String where) {
    if (file.byteSize() < Long.BYTES) {
      throw damaged("the weights end before their header", where);
    }
    long length = file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    if (length < 2 || length > MAX_HEADER || length > file.byteSize() - Long.BYTES) {
      throw damaged("the header of the weights can't be " + length + " bytes long", where);
    }
    byte[] text = file.asSlice(Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
    MemorySegment data = file.asSlice(Long.BYTES + length);
    JsonNode header;
    try {
      header = MAPPER.readTree(text);
    } catch (IOException e) {
      throw damaged("the header of the weights is no JSON", where);
    }
    JsonNode metadata = header.path(METADATA);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      String name = entry.getKey();
      if (!name.equals(METADATA) && !name.startsWith(GAP)) {
        String stored = metadata.path(DTYPE_KEY + name).asText("");
        tensors.put(name, tensor(name, entry.getValue(), stored, data, where));
      }
    }
    return tensors;
  }

  private static Tensor tensor(
      String name, JsonNode entry, String storedDtype, MemorySegment data, String where) {
    String place = where + ", weights '" + name + "'";
    JsonNode offsets = entry.path("data_offsets");
    long start = offsets.path(0).asLong(-1);
    long end = offsets.path(1).asLong(-1);
    if (start < 0 || end < start || end > data.byteSize()) {
      throw damaged("bytes " + start + " to " + end + " are not in the file", place);
    }
    JsonNode dims = entry.path("shape");
    long[] shape = new long[dims.size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = dims.get(i).asLong(-1);
    }
    try {
      DType dtype =
          storedDtype.isEmpty() ? dtype(entry.path("dtype").asText("")) : DType.parse(storedDtype);
      return Tensor.wrap(dtype, data.asSlice(start, end - start), shape);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw damaged(String.valueOf(e.getMessage()), place);
    }
  }

  private static InputException damaged(String what, String where) {
    return new InputException(what, where, "the file is damaged: compile the model again");
  }

  private static String code(DType dtype) {
    return switch (dtype.code()) {
      case FLOAT -> "F" + dtype.bits();
      case BFLOAT -> "BF16";
      case FLOAT8_E4M3 -> "F8_E4M3";
      case FLOAT8_E5M2 -> "F8_E5M2";
      // The format has no names for the next four, nor for integers of 2 and 4 bits.
      case FLOAT8_E4M3FNUZ -> "F8_E4M3FNUZ";
      case FLOAT8_E5M2FNUZ -> "F8_E5M2FNUZ";
      case FLOAT8_E8M0 -> "F8_E8M0";
      case FLOAT4_E2M1 -> "F4_E2M1";
      case INT -> "I" + dtype.bits();
      case UINT -> "U" + dtype.bits();
      case BOOL -> "BOOL";
      case HANDLE, STRING, BARRIER, TOKEN, VOID ->
          throw new IllegalArgumentException(dtype + " is no type of weights");
    };
  }

  private static DType dtype(String code) {
    return switch (code) {
      case "F64" -> DType.FLOAT64;
      case "F32" -> DType.FLOAT32;
      case "F16" -> DType.FLOAT16;
      case "BF16" -> DType.BFLOAT16;
      case "F8_E4M3" -> DType.FLOAT8_E4M3;
      case "F8_E5M2" -> DType.FLOAT8_E5M2;
      case "F8_E4M3FNUZ" -> DType.FLOAT8_E4M3FNUZ;
      case "F8_E5M2FNUZ" -> DType.FLOAT8_E5M2FNUZ;
      case "F8_E8M0" -> DType.FLOAT8_E8M0;
      case "F4_E2M1" -> DType.FLOAT4_E2M1;
      case "I64" -> DType.INT64;
      case "I32" -> DType.INT32;
      case "I16" -> DType.INT16;
      case "I8" -> DType.INT8;
      case "U64" -> DType.UINT64;
      case "U32" -> DType.UINT32;
      case "U16" -> DType.UINT16;
      case "U8" -> DType.UINT8;
      case "I4" -> DType.INT4;
      case "U4" -> DType.UINT4;
      case "I2" -> DType.INT2;
      case "U2" -> DType.UINT2;
      case "BOOL" -> DType.BOOL;
      default -> throw new IllegalArgumentException("'" + code + "' is no type of weights");
    };
  }
}
