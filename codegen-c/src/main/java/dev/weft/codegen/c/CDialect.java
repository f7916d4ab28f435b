package dev.weft.codegen.c;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Scope;
import dev.weft.tir.ThreadTag;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The table that makes the shared C renderer write one C-like language. */
public interface CDialect {
  /** Words that no identifier may be: keywords, types and built-in functions. */
  Set<String> reserved();

  /**
   * The name of a type in expressions.
   *
   * @throws CodegenException if the language has no such type; legalisation should have removed it
   */
  String type(DType dtype);

  /** The name of a type in memory, where that is another one (a truth value takes a byte). */
  String storageType(DType dtype);

  /** The word before a declaration in such memory, with a space behind it; empty for registers. */
  String addressSpace(Scope scope);

  /** The words before a helper function's definition, with a space behind them. */
  String functionPrefix();

  /**
   * The beginning of a kernel's definition up to its name: attributes and return type.
   *
   * @param blockExtents threads of a block in x, y, z; null unless all are constants
   * @param clusterExtents blocks of a cluster in x, y, z; null if the kernel has no clusters
   */
  String kernelPrefix(@Nullable List<Long> blockExtents, @Nullable List<Long> clusterExtents);

  /** The declaration of an array of the kernel. */
  default String array(DType dtype, Scope scope, String name, long count) {
    return addressSpace(scope) + storageType(dtype) + " " + name + "[" + count + "];";
  }

  /**
   * The declaration of memory of a block whose size is given at launch; null if the language has
   * none, so that every array is declared with its size.
   */
  default @Nullable String dynamicShared() {
    return null;
  }

  /** An array at a byte offset in the memory of {@link #dynamicShared}. */
  default String dynamicArray(DType dtype, String name, long offset) {
    throw new IllegalStateException("no dynamic shared memory for '" + name + "'");
  }

  /** A pointer parameter. */
  String pointerParam(DType dtype, boolean readOnly, boolean noAlias, String name);

  /** A thread's index along an axis. */
  String threadIndex(ThreadTag tag);

  /** The number of a thread in its block; null if the language has no thread groups. */
  default @Nullable String threadNumber() {
    return null;
  }

  /** A parameter that describes a tensor to the copy engine. */
  default String tensorMapParam(String name) {
    throw new CodegenException(
        "the language has no bulk copies, which '" + name + "' is for", "", "target CUDA");
  }

  /** A barrier for the memory of this scope ({@code shared}, {@code global}, {@code warp}). */
  String barrier(String scope);

  /** A floating-point number. */
  Code floatLiteral(DType dtype, double value);

  /** An integer. */
  Code intLiteral(DType dtype, long value);

  /** A value of all lanes alike. */
  Code broadcast(DType vector, Code value);

  /** A vector of lanes. */
  Code vector(DType vector, List<Code> lanes);

  /** One lane of a vector. */
  Code lane(Code vector, int lane, int lanes);

  /** Consecutive elements from memory. {@code element} points to the first, e.g. {@code A + i}. */
  Code loadVector(DType vector, Scope scope, Code element);

  /** A statement that writes consecutive elements. */
  String storeVector(DType vector, Scope scope, Code element, Code value);

  /**
   * Stores a vector to global memory past the caches; null if the language can't.
   *
   * @param element the address of its first element, a multiple of the vector's size
   */
  default @Nullable String streamVector(DType vector, Code element, Code value, Helpers helpers) {
    return null;
  }

  /**
   * One element of narrow floating-point memory as {@code to}; null to load and convert plainly.
   */
  @Nullable Code loadConverted(DType from, DType to, Scope scope, Code element);

  /** A statement that writes {@code value} of type {@code from} as {@code to}; null if plainly. */
  @Nullable String storeConverted(DType from, DType to, Scope scope, Code element, Code value);

  /**
   * A conversion of a number to another type, with wrap-around, saturation and rounding as
   * docs/NUMERICS.md says. Bool vectors are masks of 32-bit integers, −1 for true.
   */
  Code convert(DType from, DType to, Code value);

  /** {@code condition ? a : b} lane by lane; the condition is a mask. */
  Code selectVector(DType dtype, Code mask, Code a, Code b);

  /** A comparison of vectors as a mask of 32-bit integers. */
  Code compareVector(DType operands, Code comparison);

  /** The bits of a value as another type of the same size. */
  Code reinterpret(DType from, DType to, Code value);

  /**
   * A division of vectors that the language has no operator for, lane by lane.
   *
   * @param op {@code DIV}, {@code MOD}, {@code FLOOR_DIV} or {@code FLOOR_MOD}
   * @param dtype signed integers; floats for {@code FLOOR_MOD} too
   * @param wraps whether the smallest number may be divided by −1, which wraps around
   * @param ofScalars defines the helper function of scalars of a type and gives its name
   */
  Code divideVectors(
      BinaryOp op,
      DType dtype,
      boolean wraps,
      Code a,
      Code b,
      Function<DType, String> ofScalars,
      Helpers helpers);

  /** The smaller or larger of two numbers; NaN if either is NaN. */
  Code extremum(boolean max, DType dtype, Code a, Code b, Helpers helpers);

  /**
   * A call of an intrinsic that is a function in this language.
   *
   * @param args the arguments, rendered
   * @return null if the language has nothing for it
   */
  @Nullable Code intrinsic(
      DType dtype, Intrinsic intrinsic, List<Expr> exprs, List<Code> args, Helpers helpers);

  /** The beginning of a program that uses these types and helpers. */
  String prelude(Set<DType> usedTypes, Helpers helpers);
}
