package dev.weft.codegen.jvm;

import dev.weft.base.DType;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;

/** How elements of a dtype lie in memory: the layout of a segment, the type of an array. */
@SuppressWarnings(
    "ImmutableEnumChecker") // a ClassDesc is immutable, though its type does not say so
enum ElementType {
  BYTE("JAVA_BYTE", "OfByte", TypeKind.BYTE, ConstantDescs.CD_byte),
  SHORT("JAVA_SHORT", "OfShort", TypeKind.SHORT, ConstantDescs.CD_short),
  INT("JAVA_INT", "OfInt", TypeKind.INT, ConstantDescs.CD_int),
  LONG("JAVA_LONG", "OfLong", TypeKind.LONG, ConstantDescs.CD_long),
  FLOAT("JAVA_FLOAT", "OfFloat", TypeKind.FLOAT, ConstantDescs.CD_float),
  DOUBLE("JAVA_DOUBLE", "OfDouble", TypeKind.DOUBLE, ConstantDescs.CD_double);

  /** The constant of {@link java.lang.foreign.ValueLayout}. */
  final String layout;

  /** The type of that constant. */
  final ClassDesc layoutType;

  final TypeKind kind;
  final ClassDesc type;

  ElementType(String layout, String layoutType, TypeKind kind, ClassDesc type) {
    this.layout = layout;
    this.layoutType = ClassDesc.of("java.lang.foreign.ValueLayout$" + layoutType);
    this.kind = kind;
    this.type = type;
  }

  /** The type that holds elements of a dtype in memory. */
  static ElementType of(DType dtype) {
    Carrier carrier = Carrier.of(dtype);
    return switch (dtype.bytes()) {
      case 1 -> BYTE;
      case 2 -> SHORT;
      case 4 -> carrier == Carrier.FLOAT ? FLOAT : INT;
      default -> carrier == Carrier.DOUBLE ? DOUBLE : LONG;
    };
  }
}
