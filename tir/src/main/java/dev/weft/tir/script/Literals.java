package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import dev.weft.tir.Expr;
import dev.weft.tir.Var;
import java.util.Locale;

/** Constants and types as text that reads back to the very same value. */
final class Literals {
  private Literals() {}

  static String text(Expr.IntImm imm) {
    if (imm.dtype().isBool()) {
      return imm.value() != 0 ? "T.bool(True)" : "T.bool(False)";
    }
    String number = number(imm);
    return imm.dtype().equals(DType.INT32) ? number : "T." + imm.dtype() + "(" + number + ")";
  }

  /** An integer without its type. */
  static String number(Expr.IntImm imm) {
    return imm.dtype().code() == DType.Code.UINT
        ? Long.toUnsignedString(imm.value())
        : Long.toString(imm.value());
  }

  static String text(Expr.FloatImm imm) {
    return "T." + imm.dtype() + "(" + number(imm) + ")";
  }

  /** A floating-point number without its type: the shortest decimal that reads back. */
  static String number(Expr.FloatImm imm) {
    double value = imm.value();
    if (Double.isNaN(value)) {
      return "\"nan\"";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "\"inf\"" : "\"-inf\"";
    }
    String shortest = Float.toString((float) value);
    boolean exact = Scalars.round(imm.dtype(), Double.parseDouble(shortest)) == value;
    return (exact ? shortest : Double.toString(value)).toLowerCase(Locale.ROOT);
  }

  static String quoted(String value) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          boolean visible = c >= ' ' && c != 0x7f && !(c >= 0xD800 && c <= 0xF8FF);
          text.append(visible ? String.valueOf(c) : String.format("\\u%04x", (int) c));
        }
      }
    }
    return text.append('"').toString();
  }

  /** The type of a variable, as an annotation. */
  static String type(Var v) {
    Var.PointerType pointer = v.pointerType();
    if (pointer == null) {
      return "T." + v.dtype();
    }
    return "T.handle("
        + quoted(pointer.element().toString())
        + ", "
        + quoted(pointer.scope().toString())
        + ")";
  }

  /** The expression that makes a new variable of the same type. */
  static String creation(Var v) {
    return v.pointerType() == null ? type(v) + "()" : type(v);
  }
}
