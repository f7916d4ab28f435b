package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Replaces dtypes that the target can't compute with. A 16-bit float is computed in float32: loads
 * widen, stores round. Where memory can't hold the type either, bfloat16 is kept in the bits of a
 * uint16. Registers and shared memory of such a type become float32.
 *
 * <pre>{@code
 * C[i] = A[i] + B[i]     # float16
 *   →   C[i] = T.Cast("float16", T.Cast("float32", A[i]) + T.Cast("float32", B[i]))
 * }</pre>
 */
public final class LegalizeDtypes implements Pass {
  @Override
  public String name() {
    return "legalize_dtypes";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    Legalizer legalizer = new Legalizer(target, function.globalSymbol("main"));
    Map<Var, Buffer> params = new LinkedHashMap<>();
    function.bufferMap().forEach((handle, b) -> params.put(handle, legalizer.buffer(b)));
    Stmt body = legalizer.stmt(function.body());
    return new PrimFunc(function.params(), params, function.attrs(), body);
  }

  private static final class Legalizer extends IrRewriter {
    private final Target target;
    private final String function;
    private final Map<Buffer, Buffer> buffers = new HashMap<>();
    private final Map<Var, Var> vars = new HashMap<>();

    Legalizer(Target target, String function) {
      this.target = target;
      this.function = function;
    }

    /** The type that a value of this type is computed in. */
    private DType computed(DType dtype) {
      boolean number = dtype.isInt() || dtype.isFloat() || dtype.isBool();
      if (!number || target.capabilities().computes(dtype)) {
        return dtype;
      }
      if (dtype.isFloat() && dtype.bits() == 16) {
        return DType.FLOAT32.withLanes(dtype.lanes());
      }
      throw new LoweringException(
          "the target " + target.kind().text() + " has no " + dtype.scalar(),
          function,
          "cast to another dtype, or compile for a device that has it");
    }

    Buffer buffer(Buffer buffer) {
      return buffers.computeIfAbsent(buffer, this::legal);
    }

    private Buffer legal(Buffer buffer) {
      DType dtype = buffer.dtype();
      DType computed = computed(dtype);
      if (computed.equals(dtype)) {
        return buffer;
      }
      if (buffer.scope().rank() != Scope.Rank.GLOBAL) {
        return over(buffer, computed);
      }
      return target.capabilities().stores(dtype)
          ? buffer
          : over(buffer, DType.UINT16.withLanes(dtype.lanes()));
    }

    private Buffer over(Buffer buffer, DType dtype) {
      return new Buffer(
          pointer(buffer.data(), dtype),
          dtype,
          buffer.shape(),
          buffer.strides(),
          buffer.elemOffset(),
          buffer.name(),
          buffer.alignment(),
          buffer.offsetFactor(),
          buffer.axisSeparators());
    }

    private Var pointer(Var data, DType dtype) {
      return vars.computeIfAbsent(
          data,
          old -> {
            Var.PointerType type = old.pointerType();
            return Var.pointer(old.name(), dtype, type == null ? Scope.GLOBAL : type.scope());
          });
    }

    @Override
    public Stmt stmt(Stmt node) {
      return switch (node) {
        case Stmt.Store store -> store(store);
        case Stmt.Allocate a -> {
          // The declaration inside decides the type.
          Stmt body = stmt(a.body());
          Var data = vars.getOrDefault(a.data(), a.data());
          Var.PointerType type = data.pointerType();
          yield new Stmt.Allocate(
              data,
              type == null ? a.dtype() : type.element().withLanes(a.dtype().lanes()),
              a.extents(),
              a.condition(),
              a.annotations(),
              body);
        }
        case Stmt.DeclBuffer(Buffer buffer, Stmt body) -> {
          Buffer legal = buffer(buffer);
          yield new Stmt.DeclBuffer(legal, stmt(body));
        }
        case Stmt.Let(Var v, Expr value, Stmt body) -> {
          Expr value2 = expr(value);
          if (!value2.dtype().equals(v.dtype())) {
            vars.put(v, v.withDtype(value2.dtype()));
          }
          yield new Stmt.Let(vars.getOrDefault(v, v), value2, stmt(body));
        }
        case Stmt.Attr s -> super.stmt(s);
        case Stmt.Assert s -> super.stmt(s);
        case Stmt.AllocateConst s -> super.stmt(s);
        case Stmt.Seq s -> super.stmt(s);
        case Stmt.Evaluate s -> super.stmt(s);
        case Stmt.If s -> super.stmt(s);
        case Stmt.For s -> super.stmt(s);
        case Stmt.While s -> super.stmt(s);
        case Stmt.Break s -> s;
        case Stmt.Continue s -> s;
        case Stmt.ThreadGroup s -> super.stmt(s);
        case Stmt.Block s -> super.stmt(s);
        case Stmt.BlockRealize s -> super.stmt(s);
      };
    }

    private Stmt store(Stmt.Store store) {
      Buffer legal = buffer(store.buffer());
      Stmt.Store mapped =
          new Stmt.Store(
              store.buffer(),
              // The old type for the constructor's check; replaced right below.
              store.value(),
              store.indices().stream().map(this::expr).toList(),
              store.predicate() == null ? null : expr(store.predicate()));
      Expr value = expr(store.value());
      DType element = store.value().dtype();
      if (legal.dtype().equals(store.buffer().dtype())) {
        return new Stmt.Store(legal, rounded(element, value), mapped.indices(), mapped.predicate());
      }
      if (legal.dtype().isFloat()) {
        return new Stmt.Store(legal, value, mapped.indices(), mapped.predicate());
      }
      Var rounded = Var.of("value", value.dtype());
      return new Stmt.Let(
          rounded,
          value,
          new Stmt.Store(legal, bfloat16Bits(rounded), mapped.indices(), mapped.predicate()));
    }

    /**
     * Rounded by a cast even if it is a constant: constants of the type are what can't be written.
     */
    private static Expr rounded(DType dtype, Expr value) {
      return value.dtype().equals(dtype) ? value : new Expr.Cast(dtype, value);
    }

    /** The upper half of a float32, rounded to nearest even; a NaN stays a NaN. */
    private static Expr bfloat16Bits(Expr value) {
      DType u32 = DType.UINT32.withLanes(value.dtype().lanes());
      DType u16 = DType.UINT16.withLanes(value.dtype().lanes());
      DType truth = DType.BOOL.withLanes(value.dtype().lanes());
      Expr bits = Expr.Call.of(u32, Intrinsic.REINTERPRET, value);
      Expr upper = Expr.Call.of(u32, Intrinsic.SHIFT_RIGHT, bits, Expr.imm(u32, 16));
      Expr odd = Expr.Call.of(u32, Intrinsic.BITWISE_AND, upper, Expr.imm(u32, 1));
      Expr sum = Expr.add(Expr.add(bits, Expr.imm(u32, 0x7FFF)), odd);
      Expr rounded = Expr.Call.of(u32, Intrinsic.SHIFT_RIGHT, sum, Expr.imm(u32, 16));
      Expr nan = Expr.Call.of(truth, Intrinsic.ISNAN, value);
      return new Expr.Cast(u16, new Expr.Select(nan, Expr.imm(u32, 0x7FC0), rounded));
    }

    @Override
    public Expr expr(Expr node) {
      return switch (node) {
        case Var v -> vars.getOrDefault(v, v);
        case Expr.FloatImm(var dtype, double value) -> {
          DType computed = computed(dtype);
          yield computed.equals(dtype) ? node : new Expr.FloatImm(computed, value);
        }
        case Expr.Load load -> load(load);
        case Expr.Cast(var dtype, var value) -> Expr.cast(computed(dtype), expr(value));
        case Expr.Call call -> call(call);
        case Expr.Let(Var v, Expr value, Expr body) -> {
          Expr value2 = expr(value);
          if (!value2.dtype().equals(v.dtype())) {
            vars.put(v, v.withDtype(value2.dtype()));
          }
          yield new Expr.Let(vars.getOrDefault(v, v), value2, expr(body));
        }
        case Expr.IntImm e -> e;
        case Expr.StringImm e -> e;
        case Expr.Binary e -> super.expr(e);
        case Expr.Not e -> super.expr(e);
        case Expr.Select e -> super.expr(e);
        case Expr.Ramp e -> super.expr(e);
        case Expr.Broadcast e -> super.expr(e);
        case Expr.Shuffle e -> super.expr(e);
      };
    }

    private Expr load(Expr.Load load) {
      Buffer legal = buffer(load.buffer());
      List<Expr> indices = load.indices().stream().map(this::expr).toList();
      Expr predicate = load.predicate() == null ? null : expr(load.predicate());
      Expr.Load raw = new Expr.Load(legal, indices, predicate);
      DType wanted = computed(load.dtype());
      if (raw.dtype().equals(wanted)) {
        return raw;
      }
      if (raw.dtype().isFloat()) {
        return new Expr.Cast(wanted, raw);
      }
      DType u32 = DType.UINT32.withLanes(wanted.lanes());
      Expr bits =
          Expr.Call.of(u32, Intrinsic.SHIFT_LEFT, new Expr.Cast(u32, raw), Expr.imm(u32, 16));
      return Expr.Call.of(wanted, Intrinsic.REINTERPRET, bits);
    }

    private Expr call(Expr.Call call) {
      DType computed = computed(call.dtype());
      if (!computed.equals(call.dtype())) {
        if (call.is(Intrinsic.MAX_VALUE)) {
          return Expr.imm(computed, largest(call.dtype()));
        }
        if (call.is(Intrinsic.MIN_VALUE)) {
          return Expr.imm(computed, -largest(call.dtype()));
        }
        if (call.is(Intrinsic.REINTERPRET)) {
          throw new LoweringException(
              "reinterpret to " + call.dtype() + ", which the target can't compute with",
              function,
              "reinterpret the integer bits on the host, or cast");
        }
      }
      return new Expr.Call(computed, call.callee(), call.args().stream().map(this::expr).toList());
    }

    private static double largest(DType dtype) {
      return dtype.code() == DType.Code.BFLOAT ? 0x1.FEp127 : 65504.0;
    }
  }
}
