package dev.weft.codegen.jvm;

import dev.weft.base.DType;
import dev.weft.lowering.LoweringException;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Callee;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.util.List;

/** Writes expressions: their value ends on the operand stack, in its {@link Carrier}. */
final class ExprEmitter {
  private final Frame frame;
  private final CodeBuilder out;
  private final MemoryEmitter memory;
  private final BinaryEmitter binaries;
  private final CastEmitter casts;
  private final IntrinsicEmitter intrinsics;

  ExprEmitter(Frame frame) {
    this.frame = frame;
    this.out = frame.out;
    this.casts = new CastEmitter(frame);
    this.memory = new MemoryEmitter(frame, this);
    this.binaries = new BinaryEmitter(frame, this, casts);
    this.intrinsics = new IntrinsicEmitter(frame, this, casts);
  }

  MemoryEmitter memory() {
    return memory;
  }

  /** Pushes the value. */
  void value(Expr node) {
    switch (node) {
      case Var v -> out.loadLocal(Carrier.of(v.dtype()).kind, frame.slot(v));
      case Expr.IntImm(DType dtype, long value) -> integer(dtype, value);
      case Expr.FloatImm(DType dtype, double value) -> {
        if (Carrier.of(dtype) == Carrier.DOUBLE) {
          out.loadConstant(value);
        } else {
          out.loadConstant((float) value);
        }
      }
      case Expr.Cast(DType dtype, Expr value) -> {
        value(value);
        casts.cast(value.dtype(), dtype);
      }
      case Expr.Binary binary -> {
        if (binary.dtype().isBool() && !isBitwiseOnBools(binary)) {
          truth(node);
        } else {
          binaries.arithmetic(binary);
        }
      }
      case Expr.Not not -> truth(node);
      case Expr.Select(Expr c, Expr t, Expr f) -> choose(c, t, f);
      case Expr.Load load -> memory.load(load);
      case Expr.Let(Var v, Expr value, Expr body) -> {
        value(value);
        out.storeLocal(Carrier.of(v.dtype()).kind, frame.declare(v));
        value(body);
      }
      case Expr.Call(DType dtype, Intrinsic intrinsic, List<Expr> args) ->
          intrinsics.call(dtype, intrinsic, args);
      case Expr.Call(DType dtype, Callee callee, List<Expr> args) ->
          throw refuse("a call of a function of the module");
      case Expr.StringImm s -> throw refuse("a string");
      case Expr.Ramp r -> throw refuse("a vector");
      case Expr.Broadcast b -> throw refuse("a vector");
      case Expr.Shuffle s -> throw refuse("a vector");
    }
  }

  /** Minimum and maximum of bools are arithmetic of their bits. */
  private static boolean isBitwiseOnBools(Expr.Binary binary) {
    return switch (binary.op()) {
      case ADD, SUB, MUL, DIV, MOD, FLOOR_DIV, FLOOR_MOD, MIN, MAX -> true;
      case EQ, NE, LT, LE, GT, GE, AND, OR -> false;
    };
  }

  private void integer(DType dtype, long value) {
    if (Carrier.of(dtype) == Carrier.LONG) {
      out.loadConstant(value);
    } else {
      out.loadConstant((int) value);
    }
  }

  /** Pushes 1 or 0. */
  private void truth(Expr condition) {
    Label no = out.newLabel();
    Label end = out.newLabel();
    unless(condition, no);
    out.iconst_1().goto_(end).labelBinding(no).iconst_0().labelBinding(end);
  }

  /** Pushes one of two values; only that one is computed. */
  void choose(Expr condition, Expr ifTrue, Expr ifFalse) {
    Label no = out.newLabel();
    Label end = out.newLabel();
    unless(condition, no);
    value(ifTrue);
    out.goto_(end).labelBinding(no);
    value(ifFalse);
    out.labelBinding(end);
  }

  /** Jumps if the condition does not hold. */
  void unless(Expr condition, Label target) {
    jump(condition, target, false);
  }

  /** Jumps if the condition is as wanted. */
  private void jump(Expr condition, Label target, boolean wanted) {
    switch (condition) {
      case Expr.IntImm(DType dtype, long value) -> {
        if ((value != 0) == wanted) {
          out.goto_(target);
        }
      }
      case Expr.Not(Expr inner) -> jump(inner, target, !wanted);
      case Expr.Binary(BinaryOp op, Expr a, Expr b)
          when op == BinaryOp.AND || op == BinaryOp.OR -> {
        // Both must hold for "and", both fail for "or": whether the first alone decides the jump.
        boolean either = (op == BinaryOp.OR) == wanted;
        if (either) {
          jump(a, target, wanted);
          jump(b, target, wanted);
        } else {
          Label past = out.newLabel();
          jump(a, past, !wanted);
          jump(b, target, wanted);
          out.labelBinding(past);
        }
      }
      case Expr.Binary binary when BinaryEmitter.isComparison(binary.op()) ->
          binaries.compareAndJump(binary, target, wanted);
      case Expr.Call call when call.is(Intrinsic.LIKELY) ->
          jump(call.args().get(0), target, wanted);
      default -> {
        value(condition);
        if (wanted) {
          out.ifne(target);
        } else {
          out.ifeq(target);
        }
      }
    }
  }

  /**
   * Pushes a position as a long. Sums and products of positions are carried out as longs from the
   * start, since they don't overflow; so the JIT sees that they grow with the loop's variable.
   */
  void position(Expr node) {
    switch (node) {
      case Expr.IntImm(DType dtype, long value) -> out.loadConstant(value);
      case Expr.Binary(BinaryOp op, Expr a, Expr b)
          when isLinear(op) && node.dtype().code() == DType.Code.INT -> {
        position(a);
        position(b);
        switch (op) {
          case ADD -> out.ladd();
          case SUB -> out.lsub();
          default -> out.lmul();
        }
      }
      default -> {
        value(node);
        casts.cast(node.dtype(), DType.INT64);
      }
    }
  }

  private static boolean isLinear(BinaryOp op) {
    return op == BinaryOp.ADD || op == BinaryOp.SUB || op == BinaryOp.MUL;
  }

  /** Pushes a position as an int. */
  void index(Expr node) {
    value(node);
    if (Carrier.of(node.dtype()) == Carrier.LONG) {
      out.l2i();
    }
  }

  static LoweringException refuse(String what) {
    return new LoweringException(
        "the JVM backend can't express " + what,
        "",
        "schedule the function without it for this target, or use another device");
  }
}
