package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.frontend.ImportException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tensors between ONNX's {@code TensorProto} and memory, all element types. */
public final class OnnxTensors {
  /** Smaller data is copied, so that a small tensor doesn't keep a large file mapped. */
  private static final long COPIED = 4096;

  private OnnxTensors() {}

  /**
   * Reads a file that holds one {@code TensorProto} ({@code .pb}).
   *
   * @throws InputException if there is no such file or it holds no tensor
   */
  public static Tensor read(Path file) {
    try {
      return tensor(TensorProto.parseFrom(Files.readAllBytes(file)), file.toString());
    } catch (InvalidProtocolBufferException e) {
      throw new ImportException(
          "the file is no ONNX tensor", file.toString(), "give a serialised TensorProto", e);
    } catch (IOException e) {
      throw new InputException(
          "the file can't be read", file.toString(), "check the path and its permissions", e);
    }
  }

  /** Writes a tensor as a {@code TensorProto}. */
  public static void write(Path file, String name, Tensor tensor) {
    try {
      Files.write(file, proto(name, tensor).toByteArray());
    } catch (IOException e) {
      throw new InputException(
          "the file can't be written", file.toString(), "check the folder and its permissions", e);
    }
  }

  /** A tensor in ONNX's form, with raw data. */
  public static TensorProto proto(String name, Tensor tensor) {
    int type = OnnxTypes.number(tensor.dtype());
    if (type == 0) {
      throw new IllegalArgumentException("ONNX has no element type for " + tensor.dtype());
    }
    TensorProto.Builder proto = TensorProto.newBuilder().setName(name).setDataType(type);
    for (long dim : tensor.shape()) {
      proto.addDims(dim);
    }
    byte[] bytes = new byte[Math.toIntExact(tensor.bytes())];
    copyLittleEndian(tensor.data(), MemorySegment.ofArray(bytes), tensor.dtype().bytes());
    return proto
        .setRawData(
            ByteString.copyFrom(isPacked(tensor.dtype()) ? pack(bytes, tensor.dtype()) : bytes))
        .build();
  }

  /**
   * The tensor that a {@code TensorProto} holds, in memory of its own.
   *
   * @param where the file or node, for messages
   * @throws ImportException if the data does not fill the shape, or is of a type that Weft lacks
   */
  public static Tensor tensor(TensorProto proto, String where) {
    return tensor(proto, where, new ExternalData(null));
  }

  /**
   * The tensor that a {@code TensorProto} holds or points to. Large data that is in memory outside
   * Java's heap, such as a mapped file's, is not copied: the tensor may only be read then.
   */
  static Tensor tensor(TensorProto proto, String where, ExternalData external) {
    String place = proto.getName().isEmpty() ? where : where + ", tensor '" + proto.getName() + "'";
    DType dtype = OnnxTypes.dtype(proto.getDataType());
    if (dtype == null) {
      throw new ImportException(
          "tensors of " + OnnxTypes.name(proto.getDataType()) + " are not supported", place, "");
    }
    long[] shape = new long[proto.getDimsCount()];
    long elements = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = proto.getDims(i);
      elements = shape[i] < 0 ? -1 : saturatingProduct(elements, shape[i]);
      if (elements < 0 || elements > Integer.MAX_VALUE * 8L) {
        throw new ImportException(
            "the shape " + proto.getDimsList() + " makes no sense", place, "the file is damaged");
      }
    }
    int inByte = isPacked(dtype) ? 8 / dtype.bits() : 1;
    long expected = (elements + inByte - 1) / inByte;
    if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      return fromRaw(external.of(proto, place, expected * dtype.bytes()), dtype, shape);
    }
    long given = given(proto, dtype);
    if (given != expected) {
      throw new ImportException(
          "the shape "
              + proto.getDimsList()
              + " of "
              + dtype
              + " needs "
              + expected
              + " elements, the data has "
              + given,
          place,
          "the file is damaged");
    }
    if (proto.hasRawData()) {
      MemorySegment raw = MemorySegment.ofBuffer(proto.getRawData().asReadOnlyByteBuffer());
      return fromRaw(raw, dtype, shape);
    }
    Tensor tensor = Tensor.allocate(dtype, shape);
    fromFields(proto, tensor);
    return tensor;
  }

  /**
   * A sparse tensor with all its elements. The indices are positions in row-major order, or one row
   * an element with a position in each dimension.
   *
   * @throws ImportException if values and indices don't fit the shape
   */
  static Tensor dense(SparseTensorProto proto, String where, ExternalData external) {
    Tensor values = tensor(proto.getValues(), where, external);
    Tensor indices = tensor(proto.getIndices(), where, external);
    long[] shape = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
    long elements = 1;
    for (long dim : shape) {
      elements = dim < 0 ? -1 : saturatingProduct(elements, dim);
      if (elements < 0 || elements > Integer.MAX_VALUE) {
        throw damaged("the shape " + proto.getDimsList() + " makes no sense", where);
      }
    }
    boolean linear = indices.rank() == 1;
    int perValue = linear ? 1 : shape.length;
    if (!indices.dtype().equals(DType.INT64)
        || values.rank() != 1
        || indices.elements() != values.elements() * perValue) {
      throw damaged(
          "the indices " + indices + " and values " + values + " of a sparse tensor don't fit",
          where);
    }
    Tensor dense = Tensor.allocate(values.dtype(), shape);
    int bytes = values.dtype().bytes();
    for (long i = 0; i < values.elements(); i++) {
      long position = 0;
      for (int d = 0; d < perValue; d++) {
        long index = indices.getLong(i * perValue + d);
        long size = linear ? elements : shape[d];
        if (index < 0 || index >= size) {
          throw damaged("the index " + index + " of a sparse tensor is beyond " + size, where);
        }
        position = position * size + index;
      }
      MemorySegment.copy(values.data(), i * bytes, dense.data(), position * bytes, bytes);
    }
    return dense;
  }

  private static ImportException damaged(String what, String where) {
    return new ImportException(what, where, "the file is damaged");
  }

  private static long saturatingProduct(long a, long b) {
    long high = Math.multiplyHigh(a, b);
    return high != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
  }

  /** How many elements (or bytes of packed ones) the data has; -1 if a part of one is left over. */
  private static long given(TensorProto proto, DType dtype) {
    if (proto.hasRawData()) {
      long bytes = proto.getRawData().size();
      return bytes % dtype.bytes() == 0 ? bytes / dtype.bytes() : -1;
    }
    return switch (proto.getDataType()) {
      case TensorProto.DataType.FLOAT_VALUE -> proto.getFloatDataCount();
      case TensorProto.DataType.DOUBLE_VALUE -> proto.getDoubleDataCount();
      case TensorProto.DataType.INT64_VALUE -> proto.getInt64DataCount();
      case TensorProto.DataType.UINT32_VALUE, TensorProto.DataType.UINT64_VALUE ->
          proto.getUint64DataCount();
      default -> proto.getInt32DataCount();
    };
  }

  private static boolean isPacked(DType dtype) {
    return dtype.bits() < 8 && !dtype.isBool();
  }

  private static Tensor fromRaw(MemorySegment raw, DType dtype, long[] shape) {
    boolean asItIs = dtype.bytes() == 1 || ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    if (raw.isNative() && raw.byteSize() >= COPIED && asItIs && !isPacked(dtype)) {
      return Tensor.wrap(dtype, raw, shape);
    }
    Tensor tensor = Tensor.allocate(dtype, shape);
    if (isPacked(dtype)) {
      int inByte = 8 / dtype.bits();
      for (long i = 0; i < tensor.elements(); i++) {
        setPacked(tensor, i, raw.get(ValueLayout.JAVA_BYTE, i / inByte));
      }
    } else {
      copyLittleEndian(raw, tensor.data(), dtype.bytes());
    }
    return tensor;
  }

  private static void fromFields(TensorProto proto, Tensor tensor) {
    DType dtype = tensor.dtype();
    for (int i = 0; i < tensor.elements(); i++) {
      switch (proto.getDataType()) {
        case TensorProto.DataType.FLOAT_VALUE -> tensor.setDouble(i, proto.getFloatData(i));
        case TensorProto.DataType.DOUBLE_VALUE -> tensor.setDouble(i, proto.getDoubleData(i));
        case TensorProto.DataType.INT64_VALUE -> tensor.setLong(i, proto.getInt64Data(i));
        case TensorProto.DataType.UINT32_VALUE, TensorProto.DataType.UINT64_VALUE ->
            tensor.setLong(i, proto.getUint64Data(i));
        default -> {
          if (isPacked(dtype)) {
            setPacked(tensor, i, proto.getInt32Data(i / (8 / dtype.bits())));
          } else {
            setBits(tensor, i, proto.getInt32Data(i));
          }
        }
      }
    }
  }

  /** Integers by value; floats of 16 and 8 bits by their bits, as ONNX stores them. */
  private static void setBits(Tensor tensor, long position, int bits) {
    if (!tensor.dtype().isFloat()) {
      tensor.setLong(position, bits);
    } else if (tensor.dtype().bytes() == 2) {
      tensor.data().set(ValueLayout.JAVA_SHORT_UNALIGNED, position * 2, (short) bits);
    } else {
      tensor.data().set(ValueLayout.JAVA_BYTE, position, (byte) bits);
    }
  }

  /** An element of 2 or 4 bits from the byte that it shares with its neighbours. */
  private static void setPacked(Tensor tensor, long position, int shared) {
    int bits = tensor.dtype().bits();
    int shift = (int) (position % (8 / bits)) * bits;
    int element = shared >> shift & ((1 << bits) - 1);
    if (tensor.dtype().isFloat()) {
      setBits(tensor, position, element);
    } else {
      tensor.setLong(position, element);
    }
  }

  private static byte[] pack(byte[] elements, DType dtype) {
    int inByte = 8 / dtype.bits();
    byte[] packed = new byte[(elements.length + inByte - 1) / inByte];
    for (int i = 0; i < elements.length; i++) {
      int element = elements[i] & ((1 << dtype.bits()) - 1);
      packed[i / inByte] |= (byte) (element << (i % inByte * dtype.bits()));
    }
    return packed;
  }

  /** Copies elements between native order and ONNX's, which is little endian. */
  private static void copyLittleEndian(MemorySegment from, MemorySegment to, int bytes) {
    boolean same = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    if (same || bytes == 1) {
      to.copyFrom(from);
      return;
    }
    for (long offset = 0; offset < from.byteSize(); offset += bytes) {
      for (int i = 0; i < bytes; i++) {
        to.set(
            ValueLayout.JAVA_BYTE,
            offset + bytes - 1 - i,
            from.get(ValueLayout.JAVA_BYTE, offset + i));
      }
    }
  }
}
