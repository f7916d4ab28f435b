package dev.weft.codegen.c;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Callee;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Scope;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.ConstBounds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Renders expressions.
 *
 * <p>Truth values of vectors are masks of 32-bit integers, −1 for true. Signed integer arithmetic
 * of values wraps around, so it is carried out unsigned; indices don't overflow and are written
 * plainly.
 */
final class ExprRenderer {
  private final CDialect dialect;
  private final CNames names;
  private final Helpers helpers;
  private final Division division;
  private final Analyzer analyzer;
  private final Set<DType> usedTypes = new HashSet<>();

  ExprRenderer(CDialect dialect, CNames names, Helpers helpers, Analyzer analyzer) {
    this.dialect = dialect;
    this.names = names;
    this.helpers = helpers;
    this.division = new Division(dialect, helpers);
    this.analyzer = analyzer;
  }

  /** The types that expressions had so far. */
  Set<DType> usedTypes() {
    return usedTypes;
  }

  /** An expression whose integers are sizes and positions: they don't overflow. */
  Code index(Expr node) {
    return render(node, true);
  }

  /** An expression whose integers may wrap around. */
  Code value(Expr node) {
    return render(node, false);
  }

  private Code render(Expr node, boolean index) {
    usedTypes.add(node.dtype());
    return switch (node) {
      case Var v -> Code.primary(names.of(v));
      case Expr.IntImm(DType dtype, long value) -> dialect.intLiteral(dtype, value);
      case Expr.FloatImm(DType dtype, double value) -> dialect.floatLiteral(dtype, value);
      case Expr.StringImm(String value) -> Code.primary("\"" + value + "\"");
      case Expr.Cast(DType dtype, Expr value) -> cast(dtype, value, index);
      case Expr.Binary binary -> binary(binary, index);
      case Expr.Not(Expr value) ->
          Code.unary(value.dtype().isVector() ? "~" : "!", render(value, index));
      case Expr.Select(Expr c, Expr t, Expr f) -> select(c, t, f, index);
      case Expr.Load load -> load(load, load.dtype());
      case Expr.Ramp ramp -> ramp(ramp);
      case Expr.Broadcast(Expr value, int lanes) ->
          dialect.broadcast(node.dtype(), render(value, index));
      case Expr.Let let -> throw refuse("a let within an expression ('" + let.var().name() + "')");
      case Expr.Shuffle shuffle -> shuffle(shuffle);
      case Expr.Call(DType dtype, Callee callee, List<Expr> args) ->
          call(dtype, callee, args, index);
    };
  }

  private Code cast(DType dtype, Expr value, boolean index) {
    boolean fromMemory =
        value instanceof Expr.Load load && load.indices().size() == 1 && isContiguous(load);
    if (fromMemory && value instanceof Expr.Load load) {
      Scope scope = load.buffer().scope();
      Code loaded = dialect.loadConverted(value.dtype(), dtype, scope, element(load));
      if (loaded != null) {
        return loaded;
      }
    }
    return dialect.convert(value.dtype(), dtype, render(value, index));
  }

  private static boolean isContiguous(Expr.Load load) {
    Expr position = load.indices().get(0);
    return load.predicate() == null
        && (!position.dtype().isVector()
            || (position instanceof Expr.Ramp ramp && ramp.stride().isConst(1)));
  }

  /** A pointer to the first element of a load, as {@code A + i}. */
  private Code element(Expr.Load load) {
    return element(load.buffer(), load.indices().get(0));
  }

  Code element(Buffer buffer, Expr position) {
    Expr first = position instanceof Expr.Ramp ramp ? ramp.base() : position;
    return first.isConst(0) ? pointer(buffer) : Code.unary("&", subscript(buffer, first));
  }

  /** The buffer's pointer, converted where the buffer sees other elements than the pointer's. */
  private Code pointer(Buffer buffer) {
    Code base = Code.primary(names.of(buffer.data()));
    Var.PointerType type = buffer.data().pointerType();
    if (type == null || type.element().equals(buffer.dtype())) {
      return base;
    }
    String target = dialect.addressSpace(type.scope()) + dialect.storageType(buffer.dtype()) + "*";
    return Code.cast(target, base);
  }

  private Code binary(Expr.Binary node, boolean index) {
    BinaryOp op = node.op();
    DType operand = node.a().dtype();
    if (!index && isWrapping(node) && readsMemory(node)) {
      return wrapping(node);
    }
    Code a = render(node.a(), index);
    Code b = render(node.b(), index);
    return switch (op) {
      case ADD -> arithmetic(node, Code.binary(a, "+", b, Code.ADDITIVE));
      case SUB -> arithmetic(node, Code.binary(a, "-", b, Code.ADDITIVE));
      case MUL -> arithmetic(node, Code.binary(a, "*", b, Code.MULTIPLICATIVE));
      case DIV, MOD, FLOOR_DIV, FLOOR_MOD ->
          operand.isFloat() ? divideFloats(node, a, b) : divideIntegers(node, a, b, index);
      case MIN, MAX -> dialect.extremum(op == BinaryOp.MAX, operand, a, b, helpers);
      case EQ -> comparison(operand, Code.binary(a, "==", b, Code.EQUALITY));
      case NE -> comparison(operand, Code.binary(a, "!=", b, Code.EQUALITY));
      case LT -> comparison(operand, Code.binary(a, "<", b, Code.RELATIONAL));
      case LE -> comparison(operand, Code.binary(a, "<=", b, Code.RELATIONAL));
      case GT -> comparison(operand, Code.binary(a, ">", b, Code.RELATIONAL));
      case GE -> comparison(operand, Code.binary(a, ">=", b, Code.RELATIONAL));
      case AND -> logic(node, a, "&", "&&", b, Code.BIT_AND, Code.AND);
      case OR -> logic(node, a, "|", "||", b, Code.BIT_OR, Code.OR);
    };
  }

  private static Code logic(
      Expr.Binary node, Code a, String bitwise, String lazy, Code b, int bit, int logical) {
    return node.dtype().isVector()
        ? Code.binary(a, bitwise, b, bit)
        : Code.binary(a, lazy, b, logical);
  }

  private Code comparison(DType operands, Code code) {
    return operands.isVector() ? dialect.compareVector(operands, code) : code;
  }

  /** C computes narrow integers as int: the result is brought back to its type. */
  private Code arithmetic(Expr.Binary node, Code code) {
    return narrowed(node.dtype(), code);
  }

  private Code narrowed(DType dtype, Code code) {
    boolean narrow = dtype.isInt() && dtype.bits() < 32 && !dtype.isVector();
    return narrow ? Code.cast(dialect.type(dtype), code) : code;
  }

  /** Integers that come from no memory are made of sizes and positions, which don't overflow. */
  static boolean readsMemory(Expr node) {
    boolean[] found = new boolean[1];
    new IrWalker() {
      @Override
      public void expr(Expr inner) {
        found[0] |= inner instanceof Expr.Load;
        if (!found[0]) {
          super.expr(inner);
        }
      }
    }.expr(node);
    return found[0];
  }

  private static boolean isWrapping(Expr node) {
    return node instanceof Expr.Binary binary
        && (binary.op() == BinaryOp.ADD
            || binary.op() == BinaryOp.SUB
            || binary.op() == BinaryOp.MUL)
        && node.dtype().code() == DType.Code.INT
        && node.dtype().bits() >= 32;
  }

  /** A whole tree of +, −, × of signed integers, computed unsigned and converted once. */
  private Code wrapping(Expr.Binary node) {
    DType dtype = node.dtype();
    DType unsigned = new DType(DType.Code.UINT, dtype.bits(), dtype.lanes());
    return dialect.reinterpret(unsigned, dtype, unsigned(node, unsigned));
  }

  private Code unsigned(Expr node, DType unsigned) {
    if (isWrapping(node) && node instanceof Expr.Binary(BinaryOp op, Expr x, Expr y)) {
      Code a = unsigned(x, unsigned);
      Code b = unsigned(y, unsigned);
      return switch (op) {
        case ADD -> Code.binary(a, "+", b, Code.ADDITIVE);
        case SUB -> Code.binary(a, "-", b, Code.ADDITIVE);
        default -> Code.binary(a, "*", b, Code.MULTIPLICATIVE);
      };
    }
    if (node instanceof Expr.IntImm(DType dtype, long value)) {
      return dialect.intLiteral(unsigned, value);
    }
    return dialect.reinterpret(node.dtype(), unsigned, value(node));
  }

  /** A function of numbers that every language has. */
  private Code function(DType dtype, Intrinsic intrinsic, List<Expr> args, List<Code> rendered) {
    Code code = dialect.intrinsic(dtype, intrinsic, args, rendered, helpers);
    if (code == null) {
      throw refuse("the intrinsic T." + intrinsic.text);
    }
    return code;
  }

  private Code divideFloats(Expr.Binary node, Code a, Code b) {
    DType dtype = node.dtype();
    Code quotient = Code.binary(a, "/", b, Code.MULTIPLICATIVE);
    return switch (node.op()) {
      case MOD -> function(dtype, Intrinsic.FMOD, List.of(node.a(), node.b()), List.of(a, b));
      case FLOOR_DIV -> function(dtype, Intrinsic.FLOOR, List.of(node), List.of(quotient));
      case FLOOR_MOD -> division.call(BinaryOp.FLOOR_MOD, dtype, false, a, b);
      default -> quotient;
    };
  }

  private Code divideIntegers(Expr.Binary node, Code a, Code b, boolean index) {
    boolean wraps = !index && mayOverflow(node);
    boolean operator = node.op() == BinaryOp.DIV || node.op() == BinaryOp.MOD || truncates(node);
    if (wraps || !operator) {
      return division.call(node.op(), node.dtype(), wraps, a, b);
    }
    String sign = Division.isRemainder(node.op()) ? "%" : "/";
    return arithmetic(node, Code.binary(a, sign, b, Code.MULTIPLICATIVE));
  }

  /** Whether the smallest number may be divided by −1. C computes narrow scalars as int. */
  private boolean mayOverflow(Expr.Binary node) {
    DType dtype = node.dtype();
    if (dtype.code() != DType.Code.INT || (dtype.bits() < 32 && !dtype.isVector())) {
      return false;
    }
    ConstBounds divisor = analyzer.bounds(node.b());
    return divisor.min() <= -1
        && divisor.max() >= -1
        && analyzer.bounds(node.a()).min() <= -1L << (dtype.bits() - 1);
  }

  /** Whether C's truncating division gives the same: both operands are known not to be negative. */
  private boolean truncates(Expr.Binary node) {
    return node.dtype().code() == DType.Code.UINT
        || (analyzer.bounds(node.a()).min() >= 0 && analyzer.bounds(node.b()).min() >= 0);
  }

  private Code select(Expr condition, Expr t, Expr f, boolean index) {
    Code c = render(condition, true);
    Code a = render(t, index);
    Code b = render(f, index);
    return condition.dtype().isVector()
        ? dialect.selectVector(t.dtype(), c, a, b)
        : narrowed(t.dtype(), Code.conditional(c, a, b));
  }

  private Code load(Expr.Load load, DType dtype) {
    if (load.indices().size() != 1) {
      throw refuse("'" + load.buffer().name() + "' with " + load.indices().size() + " indices");
    }
    if (load.predicate() != null) {
      throw refuse("a masked load of '" + load.buffer().name() + "'");
    }
    Expr position = load.indices().get(0);
    Buffer buffer = load.buffer();
    usedTypes.add(buffer.dtype());
    if (!position.dtype().isVector()) {
      Code loaded =
          dialect.loadConverted(buffer.dtype(), buffer.dtype(), buffer.scope(), element(load));
      return loaded != null ? loaded : subscript(buffer, position);
    }
    if (position instanceof Expr.Ramp ramp && ramp.stride().isConst(1)) {
      return dialect.loadVector(dtype, buffer.scope(), element(load));
    }
    List<Code> lanes = new ArrayList<>();
    for (int lane = 0; lane < position.dtype().lanes(); lane++) {
      lanes.add(subscript(buffer, laneOf(position, lane)));
    }
    return dialect.vector(dtype, lanes);
  }

  /** Whether a thread's own buffer of one element, which is rendered as a variable. */
  static boolean isVariable(Buffer buffer) {
    Var.PointerType type = buffer.data().pointerType();
    return buffer.scope().rank() == Scope.Rank.LOCAL
        && buffer.rank() == 1
        && buffer.shape().get(0).isConst(1)
        && type != null
        && type.element().equals(buffer.dtype());
  }

  /** {@code A[i]}. */
  Code subscript(Buffer buffer, Expr position) {
    if (isVariable(buffer)) {
      return Code.primary(names.of(buffer.data()));
    }
    return Code.primary(pointer(buffer).at(Code.PRIMARY) + "[" + index(position).text() + "]");
  }

  /** One lane of an index vector as an expression of its own. */
  Expr laneOf(Expr vector, int lane) {
    if (!vector.dtype().isVector()) {
      return vector;
    }
    return switch (vector) {
      case Expr.Ramp(Expr base, Expr stride, int lanes) ->
          Expr.add(base, Expr.mul(stride, Expr.imm(stride.dtype(), (long) lane)));
      case Expr.Broadcast(Expr value, int lanes) -> value;
      case Expr.Binary(BinaryOp op, Expr a, Expr b) ->
          Expr.binary(op, laneOf(a, lane), laneOf(b, lane));
      case Expr.Cast(DType dtype, Expr value) -> Expr.cast(dtype.scalar(), laneOf(value, lane));
      case Expr.Not(Expr value) -> Expr.not(laneOf(value, lane));
      case Expr.Select(Expr c, Expr t, Expr f) ->
          new Expr.Select(laneOf(c, lane), laneOf(t, lane), laneOf(f, lane));
      case Expr.Load(Buffer buffer, List<Expr> indices, Expr predicate) ->
          new Expr.Load(buffer, List.of(laneOf(indices.get(0), lane)));
      case Expr.Call(DType dtype, Callee callee, List<Expr> args) ->
          new Expr.Call(
              dtype.scalar(), callee, args.stream().map(arg -> laneOf(arg, lane)).toList());
      case Expr.Shuffle shuffle -> shuffledLane(shuffle, lane);
      case Var v -> new Expr.Shuffle(List.of(v), List.of(Expr.int32(lane)));
      case Expr.Let let -> throw refuse("a let within an index");
      case Expr.IntImm imm -> imm;
      case Expr.FloatImm imm -> imm;
      case Expr.StringImm imm -> imm;
    };
  }

  private Expr shuffledLane(Expr.Shuffle shuffle, int lane) {
    if (!(shuffle.positions().get(lane) instanceof Expr.IntImm(DType dtype, long position))) {
      throw refuse("a shuffle by positions that are not constant");
    }
    long rest = position;
    for (Expr vector : shuffle.vectors()) {
      int lanes = vector.dtype().lanes();
      if (rest < lanes) {
        return laneOf(vector, (int) rest);
      }
      rest -= lanes;
    }
    throw refuse("a shuffle of position " + position + " beyond its vectors");
  }

  private Code ramp(Expr.Ramp ramp) {
    List<Code> lanes = new ArrayList<>();
    for (int lane = 0; lane < ramp.lanes(); lane++) {
      lanes.add(index(laneOf(ramp, lane)));
    }
    return dialect.vector(ramp.dtype(), lanes);
  }

  private Code shuffle(Expr.Shuffle shuffle) {
    List<Code> flat = new ArrayList<>();
    for (Expr vector : shuffle.vectors()) {
      int lanes = vector.dtype().lanes();
      Code rendered = value(vector);
      for (int lane = 0; lane < lanes; lane++) {
        flat.add(lanes == 1 ? rendered : dialect.lane(rendered, lane, lanes));
      }
    }
    List<Code> picked = new ArrayList<>();
    for (Expr position : shuffle.positions()) {
      if (!(position instanceof Expr.IntImm(DType dtype, long at)) || at < 0 || at >= flat.size()) {
        throw refuse("a shuffle by positions that are not constants within its vectors");
      }
      picked.add(flat.get((int) at));
    }
    return picked.size() == 1 ? picked.get(0) : dialect.vector(shuffle.dtype(), picked);
  }

  private Code call(DType dtype, Callee callee, List<Expr> args, boolean index) {
    return switch (callee) {
      case Callee.GlobalVar(String name) ->
          throw refuse("a call of the function '" + name + "' of the module");
      case Intrinsic intrinsic -> intrinsic(dtype, intrinsic, args, index);
    };
  }

  private Code intrinsic(DType dtype, Intrinsic intrinsic, List<Expr> args, boolean index) {
    return switch (intrinsic) {
      case LIKELY -> render(args.get(0), index);
      case IF_THEN_ELSE -> select(args.get(0), args.get(1), args.get(2), index);
      case REINTERPRET -> dialect.reinterpret(args.get(0).dtype(), dtype, value(args.get(0)));
      case ADDRESS_OF -> {
        if (args.get(0) instanceof Expr.Load load && load.indices().size() == 1) {
          yield Code.unary("&", subscript(load.buffer(), load.indices().get(0)));
        }
        throw refuse("the address of something that is no element of a flat buffer");
      }
      case CALL_EXTERN, CALL_PURE_EXTERN -> {
        if (args.get(0) instanceof Expr.StringImm(String name)) {
          yield Code.call(name, args.stream().skip(1).map(this::value).toArray(Code[]::new));
        }
        throw refuse("an external call without a name");
      }
      default -> {
        List<Code> rendered = new ArrayList<>();
        for (Expr arg : args) {
          rendered.add(value(arg));
        }
        yield function(dtype, intrinsic, args, rendered);
      }
    };
  }

  static CodegenException refuse(String what) {
    return new CodegenException(
        "this target's language can't express " + what, "", "legalise it in the lowering");
  }
}
