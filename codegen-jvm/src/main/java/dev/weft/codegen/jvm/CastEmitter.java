package dev.weft.codegen.jvm;

import dev.weft.base.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.Locale;

/** Writes conversions of the value on top of the stack. */
final class CastEmitter {
  private final Frame frame;
  private final CodeBuilder out;

  CastEmitter(Frame frame) {
    this.frame = frame;
    this.out = frame.out;
  }

  /** Brings what an operation left in the carrier back to a value of the dtype. */
  void normalise(DType dtype) {
    switch (dtype.code()) {
      case BOOL -> out.iconst_1().iand();
      case INT -> {
        if (dtype.bits() == 8) {
          out.i2b();
        } else if (dtype.bits() == 16) {
          out.i2s();
        }
      }
      case UINT -> {
        if (dtype.bits() < 32) {
          out.loadConstant((1 << dtype.bits()) - 1).iand();
        }
      }
      case FLOAT -> {
        if (dtype.bits() == 16) {
          round(dtype);
        }
      }
      case BFLOAT, FLOAT8_E4M3, FLOAT8_E5M2 -> round(dtype);
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

  private void round(DType dtype) {
    frame.runtime("round" + name(dtype), Carrier.FLOAT.type, Carrier.FLOAT.type);
  }

  /** A narrow float's name among the functions of the runtime: {@code Float16}. */
  static String name(DType dtype) {
    return switch (dtype.code()) {
      case BFLOAT -> "Bfloat16";
      case FLOAT8_E4M3 -> "Float8E4m3";
      case FLOAT8_E5M2 -> "Float8E5m2";
      default -> "Float16";
    };
  }

  /** Whether a float is narrower than its carrier. */
  static boolean isNarrowFloat(DType dtype) {
    return dtype.isFloat() && dtype.bits() < 32;
  }

  /** Converts from one dtype to another. */
  void cast(DType from, DType to) {
    if (from.equals(to)) {
      return;
    }
    if (to.isBool()) {
      toBool(Carrier.of(from));
    } else if (to.isFloat()) {
      toFloat(from, to);
    } else if (from.isFloat()) {
      floatToInteger(Carrier.of(from), to);
    } else {
      Carrier source = Carrier.of(from);
      Carrier target = Carrier.of(to);
      if (source == Carrier.INT && target == Carrier.LONG) {
        widen(from);
      } else if (source == Carrier.LONG && target == Carrier.INT) {
        out.l2i();
      }
      normalise(to);
    }
  }

  private void toBool(Carrier from) {
    switch (from) {
      case INT -> frame.runtime("isNonZero", ConstantDescs.CD_int, Carrier.INT.type);
      case LONG -> frame.runtime("isNonZero", ConstantDescs.CD_int, Carrier.LONG.type);
      case FLOAT -> frame.runtime("isNonZero", ConstantDescs.CD_int, Carrier.FLOAT.type);
      case DOUBLE -> frame.runtime("isNonZero", ConstantDescs.CD_int, Carrier.DOUBLE.type);
    }
  }

  private void widen(DType from) {
    if (Carrier.isUnsigned(from)) {
      out.invokestatic(
          ConstantDescs.CD_Integer,
          "toUnsignedLong",
          MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_int));
    } else {
      out.i2l();
    }
  }

  private void toFloat(DType from, DType to) {
    Carrier source = Carrier.of(from);
    boolean toDouble = Carrier.of(to) == Carrier.DOUBLE;
    boolean narrow = isNarrowFloat(to);
    switch (source) {
      case INT -> {
        if (Carrier.isUnsigned(from)) {
          widen(from);
          longTo(toDouble, narrow, to);
        } else if (toDouble) {
          out.i2d();
        } else if (narrow) {
          // By way of a double, which holds any int exactly: rounded once.
          out.i2d();
          doubleToNarrow(to);
        } else {
          out.i2f();
        }
      }
      case LONG -> {
        if (Carrier.isUnsigned(from)) {
          if (narrow) {
            frame.runtime("unsignedToDouble", Carrier.DOUBLE.type, Carrier.LONG.type);
            doubleToNarrow(to);
          } else if (toDouble) {
            frame.runtime("unsignedToDouble", Carrier.DOUBLE.type, Carrier.LONG.type);
          } else {
            frame.runtime("unsignedToFloat", Carrier.FLOAT.type, Carrier.LONG.type);
          }
        } else {
          longTo(toDouble, narrow, to);
        }
      }
      case FLOAT -> {
        if (toDouble) {
          out.f2d();
        } else if (narrow) {
          normalise(to);
        }
      }
      case DOUBLE -> {
        if (narrow) {
          doubleToNarrow(to);
        } else if (!toDouble) {
          out.d2f();
        }
      }
    }
  }

  private void longTo(boolean toDouble, boolean narrow, DType to) {
    if (toDouble) {
      out.l2d();
    } else if (narrow) {
      out.l2d();
      doubleToNarrow(to);
    } else {
      out.l2f();
    }
  }

  private void doubleToNarrow(DType to) {
    frame.runtime("round" + name(to), Carrier.FLOAT.type, Carrier.DOUBLE.type);
  }

  /** Truncates; what is out of range becomes the nearest end of it, NaN becomes 0. */
  private void floatToInteger(Carrier from, DType to) {
    boolean wide = from == Carrier.DOUBLE;
    boolean signed = to.code() == DType.Code.INT;
    if (signed && to.bits() == 32) {
      if (wide) {
        out.d2i();
      } else {
        out.f2i();
      }
    } else if (signed && to.bits() == 64) {
      if (wide) {
        out.d2l();
      } else {
        out.f2l();
      }
    } else {
      if (!wide) {
        out.f2d();
      }
      String name =
          "to"
              + to.toString().substring(0, 1).toUpperCase(Locale.ROOT)
              + to.toString().substring(1);
      frame.runtime(name, Carrier.of(to).type, Carrier.DOUBLE.type);
    }
  }
}
