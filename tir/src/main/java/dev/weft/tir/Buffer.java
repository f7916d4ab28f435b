package dev.weft.tir;

import dev.weft.base.DType;
import java.util.List;

/**
 * A multi-dimensional view of memory. Identity counts: two buffers over the same pointer are
 * different buffers.
 *
 * <p>Open to one subclass, the buffers of tensor expressions, which know their tensor; in functions
 * there are only plain ones.
 */
public non-sealed class Buffer implements AttrValue {
  /** Default alignment of a buffer's data in bytes. */
  public static final int DEFAULT_ALIGNMENT = 64;

  private final Var data;
  private final DType dtype;
  private final List<Expr> shape;
  private final List<Expr> strides;
  private final Expr elemOffset;
  private final String name;
  private final int alignment;
  private final int offsetFactor;
  private final List<Integer> axisSeparators;

  /**
   * @param data the pointer; its {@link Var.PointerType} names the scope
   * @param dtype element type
   * @param shape dimensions, outermost first
   * @param strides in elements, one a dimension; empty means compact row-major
   * @param elemOffset elements between the pointer and the first element
   * @param name a name for people
   * @param alignment of the data in bytes
   * @param offsetFactor what {@code elemOffset} is a multiple of, in elements
   * @param axisSeparators the dimensions before which a new physical axis begins; empty for flat
   */
  public Buffer(
      Var data,
      DType dtype,
      List<Expr> shape,
      List<Expr> strides,
      Expr elemOffset,
      String name,
      int alignment,
      int offsetFactor,
      List<Integer> axisSeparators) {
    if (data.pointerType() == null) {
      throw new IllegalArgumentException("Buffer '" + name + "': data must be a typed pointer");
    }
    if (!strides.isEmpty() && strides.size() != shape.size()) {
      throw new IllegalArgumentException(
          "Buffer '"
              + name
              + "' has "
              + shape.size()
              + " dimensions and "
              + strides.size()
              + " strides");
    }
    if (offsetFactor < 0 || alignment < 1) {
      throw new IllegalArgumentException(
          "Buffer '" + name + "': alignment " + alignment + ", offset factor " + offsetFactor);
    }
    this.data = data;
    this.dtype = dtype;
    this.shape = List.copyOf(shape);
    this.strides = List.copyOf(strides);
    this.elemOffset = elemOffset;
    this.name = name;
    this.alignment = alignment;
    this.offsetFactor = offsetFactor;
    this.axisSeparators = List.copyOf(axisSeparators);
  }

  /** A compact row-major buffer with a new pointer of its own. */
  public static Buffer of(String name, DType dtype, Scope scope, List<Expr> shape) {
    DType offsetType = shape.isEmpty() ? DType.INT32 : shape.get(0).dtype();
    return new Buffer(
        Var.pointer(name, dtype, scope),
        dtype,
        shape,
        List.of(),
        Expr.imm(offsetType, 0),
        name,
        DEFAULT_ALIGNMENT,
        1,
        List.of());
  }

  /** A compact row-major buffer of constant int32 dimensions in global memory. */
  public static Buffer of(String name, DType dtype, long... shape) {
    return of(name, dtype, Scope.GLOBAL, Expr.int32s(shape));
  }

  /** The pointer. */
  public Var data() {
    return data;
  }

  /** Element type. */
  public DType dtype() {
    return dtype;
  }

  /** Dimensions, outermost first. */
  public List<Expr> shape() {
    return shape;
  }

  /** Strides in elements; empty means compact row-major. */
  public List<Expr> strides() {
    return strides;
  }

  /** Elements between the pointer and the first element. */
  public Expr elemOffset() {
    return elemOffset;
  }

  /** A name for people; need not be unique. */
  public String name() {
    return name;
  }

  /** Alignment of the data in bytes. */
  public int alignment() {
    return alignment;
  }

  /** What the element offset is a multiple of, in elements. */
  public int offsetFactor() {
    return offsetFactor;
  }

  /** The dimensions before which a new physical axis begins. */
  public List<Integer> axisSeparators() {
    return axisSeparators;
  }

  /** The memory that the buffer is in. */
  public Scope scope() {
    Var.PointerType pointer = data.pointerType();
    return pointer == null ? Scope.GLOBAL : pointer.scope();
  }

  /** Number of dimensions. */
  public int rank() {
    return shape.size();
  }

  /** The type of index expressions: that of the first dimension, int32 for a scalar. */
  public DType indexType() {
    return shape.isEmpty() ? DType.INT32 : shape.get(0).dtype();
  }

  /** The strides, worked out where the buffer is compact. */
  public List<Expr> effectiveStrides() {
    if (!strides.isEmpty()) {
      return strides;
    }
    Expr[] result = new Expr[shape.size()];
    Expr stride = Expr.imm(indexType(), 1);
    for (int i = shape.size() - 1; i >= 0; i--) {
      result[i] = stride;
      stride = Expr.mul(stride, shape.get(i));
    }
    return List.of(result);
  }

  /** A load of one element. */
  public Expr.Load at(Expr... indices) {
    return new Expr.Load(this, List.of(indices));
  }

  /** The region that covers the whole buffer. */
  public BufferRegion whole() {
    return new BufferRegion(this, shape.stream().map(Range::upTo).toList());
  }

  /** A new buffer, with a new pointer, in another scope. */
  public Buffer inScope(Scope scope, String newName) {
    return derive(newName, dtype, scope, shape, strides);
  }

  /** A new buffer, with a new pointer, of another element type. */
  public Buffer withDtype(DType newDtype) {
    return derive(name, newDtype, scope(), shape, strides);
  }

  /** A new buffer, with a new pointer, of another shape. */
  public Buffer withShape(List<Expr> newShape, List<Expr> newStrides) {
    return derive(name, dtype, scope(), newShape, newStrides);
  }

  /** The same memory with other axis separators. */
  public Buffer withAxisSeparators(List<Integer> separators) {
    return new Buffer(
        data, dtype, shape, strides, elemOffset, name, alignment, offsetFactor, separators);
  }

  /** A view over the same pointer. */
  public Buffer view(String newName, DType newDtype, List<Expr> newShape, List<Expr> newStrides) {
    return new Buffer(
        data,
        newDtype,
        newShape,
        newStrides,
        elemOffset,
        newName,
        alignment,
        offsetFactor,
        List.of());
  }

  private Buffer derive(
      String newName, DType newDtype, Scope scope, List<Expr> newShape, List<Expr> newStrides) {
    return new Buffer(
        Var.pointer(newName, newDtype, scope),
        newDtype,
        newShape,
        newStrides,
        elemOffset,
        newName,
        alignment,
        offsetFactor,
        newShape.size() == shape.size() ? axisSeparators : List.of());
  }

  @Override
  public String toString() {
    return name;
  }
}
