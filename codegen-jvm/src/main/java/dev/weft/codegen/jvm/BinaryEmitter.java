package dev.weft.codegen.jvm;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** Writes arithmetic and comparisons of two operands. */
final class BinaryEmitter {
  private final Frame frame;
  private final CodeBuilder out;
  private final ExprEmitter exprs;
  private final CastEmitter casts;

  BinaryEmitter(Frame frame, ExprEmitter exprs, CastEmitter casts) {
    this.frame = frame;
    this.out = frame.out;
    this.exprs = exprs;
    this.casts = casts;
  }

  static boolean isComparison(BinaryOp op) {
    return switch (op) {
      case EQ, NE, LT, LE, GT, GE -> true;
      case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, AND, OR -> false;
    };
  }

  /** Pushes the result of an operation that is no comparison. */
  void arithmetic(Expr.Binary node) {
    exprs.value(node.a());
    exprs.value(node.b());
    DType dtype = node.dtype();
    switch (Carrier.of(dtype)) {
      case INT -> intOperation(node);
      case LONG -> longOperation(node);
      case FLOAT -> floatOperation(node.op());
      case DOUBLE -> doubleOperation(node.op());
    }
    casts.normalise(dtype);
  }

  private void intOperation(Expr.Binary node) {
    boolean unsigned = Carrier.isUnsigned(node.dtype());
    boolean truncates = isNeverNegative(node);
    switch (node.op()) {
      case ADD -> out.iadd();
      case SUB -> out.isub();
      case MUL -> out.imul();
      case DIV -> unsignedOr(unsigned, ConstantDescs.CD_Integer, "divideUnsigned", out::idiv);
      case MOD -> unsignedOr(unsigned, ConstantDescs.CD_Integer, "remainderUnsigned", out::irem);
      case FLOOR_DIV -> {
        if (unsigned || truncates) {
          unsignedOr(unsigned, ConstantDescs.CD_Integer, "divideUnsigned", out::idiv);
        } else {
          frame.math("floorDiv", Carrier.INT, 2);
        }
      }
      case FLOOR_MOD -> {
        if (unsigned || truncates) {
          unsignedOr(unsigned, ConstantDescs.CD_Integer, "remainderUnsigned", out::irem);
        } else {
          frame.math("floorMod", Carrier.INT, 2);
        }
      }
      case MIN -> extremum(unsigned, "min", Carrier.INT);
      case MAX -> extremum(unsigned, "max", Carrier.INT);
      case EQ, NE, LT, LE, GT, GE, AND, OR -> throw new IllegalStateException("a comparison");
    }
  }

  private void longOperation(Expr.Binary node) {
    boolean unsigned = Carrier.isUnsigned(node.dtype());
    switch (node.op()) {
      case ADD -> out.ladd();
      case SUB -> out.lsub();
      case MUL -> out.lmul();
      case DIV -> unsignedOr(unsigned, ConstantDescs.CD_Long, "divideUnsigned", out::ldiv);
      case MOD -> unsignedOr(unsigned, ConstantDescs.CD_Long, "remainderUnsigned", out::lrem);
      case FLOOR_DIV -> {
        if (unsigned) {
          unsignedOr(true, ConstantDescs.CD_Long, "divideUnsigned", out::ldiv);
        } else {
          frame.math("floorDiv", Carrier.LONG, 2);
        }
      }
      case FLOOR_MOD -> {
        if (unsigned) {
          unsignedOr(true, ConstantDescs.CD_Long, "remainderUnsigned", out::lrem);
        } else {
          frame.math("floorMod", Carrier.LONG, 2);
        }
      }
      case MIN -> extremum(unsigned, "min", Carrier.LONG);
      case MAX -> extremum(unsigned, "max", Carrier.LONG);
      case EQ, NE, LT, LE, GT, GE, AND, OR -> throw new IllegalStateException("a comparison");
    }
  }

  private void floatOperation(BinaryOp op) {
    switch (op) {
      case ADD -> out.fadd();
      case SUB -> out.fsub();
      case MUL -> out.fmul();
      case DIV -> out.fdiv();
      case MOD -> out.frem();
      case FLOOR_DIV -> both("floorDiv", Carrier.FLOAT);
      case FLOOR_MOD -> both("floorMod", Carrier.FLOAT);
      case MIN -> frame.math("min", Carrier.FLOAT, 2);
      case MAX -> frame.math("max", Carrier.FLOAT, 2);
      case EQ, NE, LT, LE, GT, GE, AND, OR -> throw new IllegalStateException("a comparison");
    }
  }

  private void doubleOperation(BinaryOp op) {
    switch (op) {
      case ADD -> out.dadd();
      case SUB -> out.dsub();
      case MUL -> out.dmul();
      case DIV -> out.ddiv();
      case MOD -> out.drem();
      case FLOOR_DIV -> both("floorDiv", Carrier.DOUBLE);
      case FLOOR_MOD -> both("floorMod", Carrier.DOUBLE);
      case MIN -> frame.math("min", Carrier.DOUBLE, 2);
      case MAX -> frame.math("max", Carrier.DOUBLE, 2);
      case EQ, NE, LT, LE, GT, GE, AND, OR -> throw new IllegalStateException("a comparison");
    }
  }

  private void both(String name, Carrier type) {
    frame.runtime(name, type.type, type.type, type.type);
  }

  private void extremum(boolean unsigned, String name, Carrier type) {
    if (unsigned) {
      both(name + "Unsigned", type);
    } else {
      frame.math(name, type, 2);
    }
  }

  private void unsignedOr(boolean unsigned, ClassDesc owner, String name, Runnable signed) {
    if (unsigned) {
      ClassDesc type = owner.equals(ConstantDescs.CD_Long) ? Carrier.LONG.type : Carrier.INT.type;
      out.invokestatic(owner, name, MethodTypeDesc.of(type, type, type));
    } else {
      signed.run();
    }
  }

  /** Whether truncating and flooring division are the same. */
  private boolean isNeverNegative(Expr.Binary node) {
    return frame.analyzer.bounds(node.a()).min() >= 0 && frame.analyzer.bounds(node.b()).min() > 0;
  }

  /** Jumps if the comparison's outcome is as wanted; NaN compares as unequal. */
  void compareAndJump(Expr.Binary node, Label target, boolean wanted) {
    DType operand = node.a().dtype();
    exprs.value(node.a());
    exprs.value(node.b());
    boolean unsigned = Carrier.isUnsigned(operand);
    BinaryOp op = node.op();
    switch (Carrier.of(operand)) {
      case INT -> {
        if (unsigned) {
          three(ConstantDescs.CD_Integer, "compareUnsigned", Carrier.INT);
          withZero(op, target, wanted);
        } else {
          ints(wanted ? op : opposite(op), target);
        }
      }
      case LONG -> {
        if (unsigned) {
          three(ConstantDescs.CD_Long, "compareUnsigned", Carrier.LONG);
        } else {
          out.lcmp();
        }
        withZero(op, target, wanted);
      }
      case FLOAT -> {
        if (op == BinaryOp.LT || op == BinaryOp.LE) {
          out.fcmpg();
        } else {
          out.fcmpl();
        }
        withZero(op, target, wanted);
      }
      case DOUBLE -> {
        if (op == BinaryOp.LT || op == BinaryOp.LE) {
          out.dcmpg();
        } else {
          out.dcmpl();
        }
        withZero(op, target, wanted);
      }
    }
  }

  private void three(ClassDesc owner, String name, Carrier type) {
    out.invokestatic(owner, name, MethodTypeDesc.of(ConstantDescs.CD_int, type.type, type.type));
  }

  private void ints(BinaryOp op, Label target) {
    switch (op) {
      case EQ -> out.if_icmpeq(target);
      case NE -> out.if_icmpne(target);
      case LT -> out.if_icmplt(target);
      case LE -> out.if_icmple(target);
      case GT -> out.if_icmpgt(target);
      default -> out.if_icmpge(target);
    }
  }

  private void withZero(BinaryOp op, Label target, boolean wanted) {
    switch (wanted ? op : opposite(op)) {
      case EQ -> out.ifeq(target);
      case NE -> out.ifne(target);
      case LT -> out.iflt(target);
      case LE -> out.ifle(target);
      case GT -> out.ifgt(target);
      default -> out.ifge(target);
    }
  }

  private static BinaryOp opposite(BinaryOp op) {
    return switch (op) {
      case EQ -> BinaryOp.NE;
      case NE -> BinaryOp.EQ;
      case LT -> BinaryOp.GE;
      case LE -> BinaryOp.GT;
      case GT -> BinaryOp.LE;
      case GE -> BinaryOp.LT;
      case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX, AND, OR ->
          throw new IllegalStateException(op + " is no comparison");
    };
  }
}
