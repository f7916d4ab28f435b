package dev.weft.codegen.jvm;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes loads and stores of elements. */
final class MemoryEmitter {
  private final Frame frame;
  private final CodeBuilder out;
  private final ExprEmitter exprs;

  MemoryEmitter(Frame frame, ExprEmitter exprs) {
    this.frame = frame;
    this.out = frame.out;
    this.exprs = exprs;
  }

  /** Pushes an element. */
  void load(Expr.Load load) {
    Buffer buffer = load.buffer();
    Expr position = position(buffer, load.indices(), load.predicate());
    switch (frame.storage(buffer.data())) {
      case Storage.Segment(int slot) -> {
        ElementType type = ElementType.of(buffer.dtype());
        address(slot, type, buffer, position);
        out.invokeinterface(
            Frame.SEGMENT,
            "get",
            MethodTypeDesc.of(type.type, type.layoutType, ConstantDescs.CD_long));
        fromElement(buffer.dtype());
      }
      case Storage.Array(int slot, DType element) -> {
        sameElement(buffer, element);
        out.aload(slot);
        exprs.index(position);
        out.arrayLoad(ElementType.of(element).kind);
        fromElement(element);
      }
      case Storage.Variable(int slot, DType element) ->
          out.loadLocal(Carrier.of(element).kind, slot);
    }
  }

  /** Writes an element. */
  void store(Buffer buffer, List<Expr> indices, @Nullable Expr predicate, Expr value) {
    Expr position = position(buffer, indices, predicate);
    switch (frame.storage(buffer.data())) {
      case Storage.Segment(int slot) -> {
        ElementType type = ElementType.of(buffer.dtype());
        address(slot, type, buffer, position);
        exprs.value(value);
        toElement(buffer.dtype());
        out.invokeinterface(
            Frame.SEGMENT,
            "set",
            MethodTypeDesc.of(
                ConstantDescs.CD_void, type.layoutType, ConstantDescs.CD_long, type.type));
      }
      case Storage.Array(int slot, DType element) -> {
        sameElement(buffer, element);
        out.aload(slot);
        exprs.index(position);
        exprs.value(value);
        toElement(element);
        out.arrayStore(ElementType.of(element).kind);
      }
      case Storage.Variable(int slot, DType element) -> {
        exprs.value(value);
        out.storeLocal(Carrier.of(element).kind, slot);
      }
    }
  }

  /** Pushes a segment and the byte offset of an element in it, for an atomic operation. */
  void address(Expr.Load element) {
    Buffer buffer = element.buffer();
    Expr position = position(buffer, element.indices(), element.predicate());
    if (!(frame.storage(buffer.data()) instanceof Storage.Segment(int slot))) {
      throw ExprEmitter.refuse("the address of an element of '" + buffer.name() + "'");
    }
    out.aload(slot);
    bytes(position, buffer.dtype().bytes());
  }

  private void address(int slot, ElementType type, Buffer buffer, Expr position) {
    out.aload(slot);
    out.getstatic(Frame.LAYOUTS, type.layout, type.layoutType);
    bytes(position, buffer.dtype().bytes());
  }

  private void bytes(Expr position, int size) {
    exprs.position(position);
    if (size > 1) {
      out.loadConstant((long) size).lmul();
    }
  }

  private static Expr position(Buffer buffer, List<Expr> indices, @Nullable Expr predicate) {
    if (indices.size() != 1 || indices.get(0).dtype().isVector() || predicate != null) {
      throw ExprEmitter.refuse(
          "a vector, masked or many-dimensional access of '" + buffer.name() + "'");
    }
    return indices.get(0);
  }

  private static void sameElement(Buffer buffer, DType element) {
    if (!buffer.dtype().equals(element)) {
      throw ExprEmitter.refuse(
          "the view '" + buffer.name() + "' of " + element + " memory as " + buffer.dtype());
    }
  }

  /** From how an element lies in memory to its carrier. */
  private void fromElement(DType dtype) {
    if (dtype.code() == DType.Code.UINT && dtype.bits() < 32) {
      out.loadConstant((1 << dtype.bits()) - 1).iand();
    } else if (CastEmitter.isNarrowFloat(dtype)) {
      boolean byteWide = dtype.bits() == 8;
      frame.runtime(
          "from" + CastEmitter.name(dtype),
          ConstantDescs.CD_float,
          byteWide ? ConstantDescs.CD_byte : ConstantDescs.CD_short);
    }
  }

  /** From an element's carrier to how it lies in memory. */
  private void toElement(DType dtype) {
    if (CastEmitter.isNarrowFloat(dtype)) {
      boolean byteWide = dtype.bits() == 8;
      frame.runtime(
          "bits" + CastEmitter.name(dtype),
          byteWide ? ConstantDescs.CD_byte : ConstantDescs.CD_short,
          ConstantDescs.CD_float);
    } else if (Carrier.of(dtype) == Carrier.INT && dtype.bytes() == 1) {
      out.i2b();
    } else if (Carrier.of(dtype) == Carrier.INT && dtype.bytes() == 2) {
      out.i2s();
    }
  }
}
