package dev.weft.lowering.simt;

import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.util.Locale;

/** What a warp's instruction does. */
public enum InstructionKind {
  /** Integer and truth-value arithmetic, comparisons and choices. */
  INTEGER,
  /** Floating-point arithmetic, comparisons and choices. */
  FLOAT,
  /** Functions such as exp and sqrt. */
  FUNCTION,
  /** Conversions between types. */
  CONVERT,
  /** Loads from global memory. */
  GLOBAL_LOAD,
  /** Stores to global memory. */
  GLOBAL_STORE,
  /** Loads from shared memory. */
  SHARED_LOAD,
  /** Stores to shared memory. */
  SHARED_STORE,
  /** Loads from a thread's own memory: registers, mostly. */
  LOCAL_LOAD,
  /** Stores to a thread's own memory. */
  LOCAL_STORE,
  /** Atomic operations on memory. */
  ATOMIC,
  /** Exchanges and votes within a warp. */
  SHUFFLE,
  /** Decisions of conditions and loops. */
  BRANCH,
  /** Barriers and waits. */
  BARRIER,
  /** Asynchronous copies, and the marks that group them. */
  ASYNC_COPY,
  /** Matrix operations on fragments. */
  MATRIX;

  /** The name in figures. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What an arithmetic operation on such operands is. */
  static InstructionKind arithmetic(Expr operand) {
    return operand.dtype().isFloat() ? FLOAT : INTEGER;
  }

  /** What a call of a function of numbers is. */
  static InstructionKind of(Intrinsic intrinsic, boolean onFloats) {
    return switch (intrinsic) {
      case SIGMOID -> FUNCTION;
      case REINTERPRET -> CONVERT;
      default -> intrinsic.isMathFunction() ? FUNCTION : onFloats ? FLOAT : INTEGER;
    };
  }
}
