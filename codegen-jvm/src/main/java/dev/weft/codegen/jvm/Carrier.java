package dev.weft.codegen.jvm;

import dev.weft.base.DType;
import dev.weft.lowering.LoweringException;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;

/**
 * What carries a value of a dtype in the JVM. Signed integers of up to 32 bits are ints with their
 * value, unsigned ones of up to 16 bits too; uint32 and uint64 are the bits of an int and a long.
 * Floats narrower than float32 are floats that have such a value exactly.
 */
@SuppressWarnings(
    "ImmutableEnumChecker") // a ClassDesc is immutable, though its type does not say so
enum Carrier {
  INT(TypeKind.INT, ConstantDescs.CD_int),
  LONG(TypeKind.LONG, ConstantDescs.CD_long),
  FLOAT(TypeKind.FLOAT, ConstantDescs.CD_float),
  DOUBLE(TypeKind.DOUBLE, ConstantDescs.CD_double);

  /** How the class file calls it. */
  final TypeKind kind;

  /** Its type in a descriptor. */
  final ClassDesc type;

  Carrier(TypeKind kind, ClassDesc type) {
    this.kind = kind;
    this.type = type;
  }

  /**
   * The carrier of a scalar dtype.
   *
   * @throws LoweringException if the JVM has none
   */
  static Carrier of(DType dtype) {
    if (dtype.lanes() == 1) {
      switch (dtype.code()) {
        case BOOL -> {
          return INT;
        }
        case INT, UINT -> {
          int bits = dtype.bits();
          if (bits == 64) {
            return LONG;
          }
          if (bits == 8 || bits == 16 || bits == 32) {
            return INT;
          }
        }
        case FLOAT -> {
          return dtype.bits() == 64 ? DOUBLE : FLOAT;
        }
        case BFLOAT, FLOAT8_E4M3, FLOAT8_E5M2 -> {
          return FLOAT;
        }
        case FLOAT8_E4M3FNUZ,
            FLOAT8_E5M2FNUZ,
            FLOAT8_E8M0,
            FLOAT4_E2M1,
            HANDLE,
            STRING,
            BARRIER,
            TOKEN,
            VOID -> {}
      }
    }
    throw new LoweringException(
        "the JVM backend has no values of type " + dtype,
        "",
        "use a scalar integer of 8 to 64 bits or a float, or another device");
  }

  /** Whether the dtype is unsigned and its values need unsigned operations. */
  static boolean isUnsigned(DType dtype) {
    return dtype.code() == DType.Code.UINT && dtype.bits() >= 32;
  }
}
