package dev.weft.frontend.npy;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * NumPy's {@code .npy} files, versions 1 to 3 (<a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the format</a>).
 */
public final class NpyFiles {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** The header and what is before it take a multiple of this. */
  private static final int ALIGNMENT = 64;

  private NpyFiles() {}

  /**
   * Reads a tensor; the caller closes it.
   *
   * @throws InputException if the file can't be read, is cut off, or is of a type that Weft lacks
   */
  public static Tensor read(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new InputException("there is no such file", file.toString(), "check the path", e);
    } catch (IOException e) {
      throw new InputException(
          "the file can't be read", file.toString(), "check the path and its permissions", e);
    }
    return parse(bytes, file.toString());
  }

  private static Tensor parse(byte[] bytes, String where) {
    if (bytes.length < 12 || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new InputException("the file is no .npy file", where, "write it with numpy.save");
    }
    MemorySegment file = MemorySegment.ofArray(bytes);
    ValueLayout.OfShort u16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfInt u32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    boolean old = bytes[6] == 1;
    long length = old ? file.get(u16, 8) & 0xFFFF : file.get(u32, 8) & 0xFFFF_FFFFL;
    long start = (old ? 10 : 12) + length;
    if (start > bytes.length) {
      throw cutOff(where);
    }
    int headerStart = old ? 10 : 12;
    String text = new String(bytes, headerStart, (int) length, StandardCharsets.UTF_8);
    NpyHeader header = NpyHeader.parse(text, where);
    long elements = header.elements();
    long size = Math.multiplyExact(elements, header.dtype().bytes());
    if (start + size > bytes.length) {
      throw cutOff(where);
    }
    MemorySegment data = file.asSlice(start, size);
    Tensor tensor = Tensor.allocate(header.dtype(), header.dims());
    copy(data, tensor, header);
    return tensor;
  }

  private static InputException cutOff(String where) {
    return new InputException("the file was cut off", where, "write it again with numpy.save");
  }

  private static void copy(MemorySegment data, Tensor tensor, NpyHeader header) {
    int bytes = header.dtype().bytes();
    boolean swap =
        bytes > 1 && header.bigEndian() != (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN);
    if (!swap && !header.fortranOrder()) {
      tensor.data().copyFrom(data);
      return;
    }
    long[] shape = header.dims();
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = 0; i < shape.length; i++) {
      int axis = header.fortranOrder() ? i : shape.length - 1 - i;
      strides[axis] = stride;
      stride *= shape[axis];
    }
    long[] index = new long[shape.length];
    for (long i = 0; i < tensor.elements(); i++) {
      long source = 0;
      for (int axis = 0; axis < index.length; axis++) {
        source += index[axis] * strides[axis];
      }
      for (int b = 0; b < bytes; b++) {
        byte value = data.get(ValueLayout.JAVA_BYTE, source * bytes + (swap ? bytes - 1 - b : b));
        tensor.data().set(ValueLayout.JAVA_BYTE, i * bytes + b, value);
      }
      for (int axis = index.length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) {
        index[axis] = 0;
      }
    }
  }

  /**
   * Writes a tensor. NumPy has no bfloat16, no floats of 8 and 4 bits and no integers of 4 and 2:
   * these are written as float32, int8 and uint8, which hold the same values.
   *
   * @throws InputException if the file can't be written
   */
  public static void write(Path file, Tensor tensor) {
    DType dtype = storedType(tensor.dtype());
    String header = NpyHeader.text(dtype, tensor.shape());
    int unpadded = MAGIC.length + 4 + header.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    try (Tensor stored = converted(tensor, dtype)) {
      byte[] data = stored.data().toArray(ValueLayout.JAVA_BYTE);
      byte[] bytes = new byte[MAGIC.length + 4 + text.length + data.length];
      System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
      bytes[6] = 1;
      bytes[8] = (byte) text.length;
      bytes[9] = (byte) (text.length >> 8);
      System.arraycopy(text, 0, bytes, 10, text.length);
      System.arraycopy(data, 0, bytes, 10 + text.length, data.length);
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new InputException(
          "the file can't be written", file.toString(), "check the folder and its permissions", e);
    }
  }

  private static DType storedType(DType dtype) {
    if (dtype.isFloat() && dtype.code() != DType.Code.FLOAT) {
      return DType.FLOAT32;
    }
    if (dtype.isInt() && dtype.bits() < 8) {
      return dtype.code() == DType.Code.INT ? DType.INT8 : DType.UINT8;
    }
    return dtype;
  }

  private static Tensor converted(Tensor tensor, DType dtype) {
    if (tensor.dtype().equals(dtype)) {
      return Tensor.wrap(dtype, tensor.data(), tensor.shape());
    }
    Tensor result = Tensor.allocate(dtype, tensor.shape());
    for (long i = 0; i < tensor.elements(); i++) {
      result.setDouble(i, tensor.getDouble(i));
    }
    return result;
  }
}
