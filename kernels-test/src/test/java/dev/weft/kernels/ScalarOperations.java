package dev.weft.kernels;

import static dev.weft.base.DType.BFLOAT16;
import static dev.weft.base.DType.BOOL;
import static dev.weft.base.DType.FLOAT16;
import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.FLOAT64;
import static dev.weft.base.DType.FLOAT8_E4M3;
import static dev.weft.base.DType.FLOAT8_E5M2;
import static dev.weft.base.DType.INT16;
import static dev.weft.base.DType.INT32;
import static dev.weft.base.DType.INT64;
import static dev.weft.base.DType.INT8;
import static dev.weft.base.DType.UINT16;
import static dev.weft.base.DType.UINT32;
import static dev.weft.base.DType.UINT64;
import static dev.weft.base.DType.UINT8;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/** Every operation on numbers that TensorIR has, for every dtype that it takes. */
final class ScalarOperations {
  static final List<DType> INTEGERS =
      List.of(INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64);
  static final List<DType> FLOATS =
      List.of(FLOAT32, FLOAT64, FLOAT16, BFLOAT16, FLOAT8_E4M3, FLOAT8_E5M2);

  private final List<Operation> all = new ArrayList<>();

  private ScalarOperations() {}

  /**
   * An operation.
   *
   * @param what its name, with the dtype
   * @param dtype its operands' type
   * @param divides whether the second operand must not be 0
   * @param unitsOfOpenCl the units in the last place that a result may be off on OpenCL
   * @param function what it computes of two operands
   */
  record Operation(
      String what, DType dtype, boolean divides, int unitsOfOpenCl, BinaryOperator<Expr> function) {
    /** A function that does it for all elements of {@code n} by {@code n} matrices A and B. */
    PrimFunc over(int n) {
      Tensor a = Te.placeholder("A", dtype, n, n);
      Tensor b = Te.placeholder("B", dtype, n, n);
      Tensor c = Te.compute("C", a.shape(), i -> function.apply(a.at(i), b.at(i)));
      return Te.primFunc("f", List.of(a, b, c));
    }

    @Override
    public String toString() {
      return what;
    }
  }

  /**
   * Many operations in one kernel: compilers of OpenCL take their time for each. Every result is
   * there twice, one after the other: computed in vectors of eight, and number by number.
   *
   * @param operations on one type
   * @param n the operands have {@code n} by {@code n} elements, a multiple of eight
   */
  static PrimFunc together(List<Operation> operations, int n) {
    DType dtype = operations.getFirst().dtype();
    int count = n * n;
    Buffer a = Buffer.of("A", dtype, count);
    Buffer b = Buffer.of("B", dtype, count);
    List<Buffer> params = new ArrayList<>(List.of(a, b));
    Var eight = Var.int32("i");
    List<Stmt> stores = new ArrayList<>();
    for (Operation operation : operations) {
      Var lane = Var.int32("lane");
      Expr at = Expr.add(Expr.mul(eight, 8), lane);
      Expr value = operation.function().apply(a.at(at), b.at(at));
      Buffer c = Buffer.of("C_" + stores.size(), value.dtype(), 2L * count);
      params.add(c);
      stores.add(lanes(lane, ForKind.VECTORIZED, new Stmt.Store(c, value, List.of(at))));
      Expr behind = Expr.add(at, Expr.int32(count));
      stores.add(lanes(lane, ForKind.SERIAL, new Stmt.Store(c, value, List.of(behind))));
    }
    Stmt body =
        new Stmt.For(
            eight,
            Expr.int32(0),
            Expr.int32(count / 8),
            ForKind.THREAD_BINDING,
            ThreadTag.BLOCK_IDX_X,
            Map.of(),
            Stmt.seq(stores.toArray(Stmt[]::new)));
    return function(params, body);
  }

  private static PrimFunc function(List<Buffer> params, Stmt body) {
    Map<Var, Buffer> buffers = new LinkedHashMap<>();
    params.forEach(b -> buffers.put(Var.of(b.name() + "_handle", DType.HANDLE), b));
    Stmt.Block root =
        new Stmt.Block(
            "root", List.of(), List.of(), List.of(), List.of(), List.of(), Map.of(), null, body);
    return new PrimFunc(
        List.copyOf(buffers.keySet()),
        buffers,
        Map.of(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm("f"), PrimFunc.NOALIAS, Expr.bool(true)),
        new Stmt.BlockRealize(List.of(), Expr.bool(true), root));
  }

  private static Stmt lanes(Var lane, ForKind kind, Stmt body) {
    return new Stmt.For(lane, Expr.int32(0), Expr.int32(8), kind, null, Map.of(), body);
  }

  /** The operations on one type. */
  static List<Operation> of(DType dtype) {
    ScalarOperations operations = new ScalarOperations();
    operations.arithmeticAndComparisons(dtype);
    operations.conversions(dtype);
    if (dtype.isInt()) {
      operations.integerIntrinsics(dtype);
    } else {
      operations.floatIntrinsics(dtype);
    }
    return operations.all;
  }

  private void add(String what, DType dtype, boolean divides, BinaryOperator<Expr> operation) {
    all.add(new Operation(what + " of " + dtype, dtype, divides, 2, operation));
  }

  /** A function of floats ("The OpenCL C Specification", version 1.2, 7.4, for the units). */
  private void add(Intrinsic intrinsic, DType dtype, BinaryOperator<Expr> operation) {
    int units =
        switch (intrinsic) {
          case POW, ERF -> 16;
          default -> 6;
        };
    all.add(new Operation(intrinsic.text + " of " + dtype, dtype, false, units, operation));
  }

  private void arithmeticAndComparisons(DType dtype) {
    for (BinaryOp op : BinaryOp.values()) {
      if (op != BinaryOp.AND && op != BinaryOp.OR) {
        boolean divides =
            op == BinaryOp.DIV
                || op == BinaryOp.MOD
                || op == BinaryOp.FLOOR_DIV
                || op == BinaryOp.FLOOR_MOD;
        add(op + " " + dtype, dtype, divides && dtype.isInt(), (a, b) -> Expr.binary(op, a, b));
      }
    }
  }

  private void conversions(DType from) {
    List<DType> all = new ArrayList<>(INTEGERS);
    all.addAll(FLOATS);
    all.add(BOOL);
    for (DType to : all) {
      add(from + " to " + to, from, false, (a, b) -> new Expr.Cast(to, a));
    }
  }

  private void integerIntrinsics(DType dtype) {
    for (Intrinsic intrinsic :
        List.of(Intrinsic.BITWISE_AND, Intrinsic.BITWISE_OR, Intrinsic.BITWISE_XOR)) {
      add(intrinsic.text, dtype, false, (a, b) -> Expr.Call.of(dtype, intrinsic, a, b));
    }
    add("pow", dtype, false, (a, b) -> Expr.Call.of(dtype, Intrinsic.POW, a, b));
    add(
        "pow of a small exponent",
        dtype,
        false,
        (a, b) ->
            Expr.Call.of(
                dtype,
                Intrinsic.POW,
                a,
                Expr.Call.of(dtype, Intrinsic.BITWISE_AND, b, Expr.imm(dtype, 15))));
    for (Intrinsic intrinsic : List.of(Intrinsic.SHIFT_LEFT, Intrinsic.SHIFT_RIGHT)) {
      // By what is in the second operand's low four bits: below and above the widths.
      add(
          intrinsic.text,
          dtype,
          false,
          (a, b) ->
              Expr.Call.of(
                  dtype,
                  intrinsic,
                  a,
                  Expr.Call.of(dtype, Intrinsic.BITWISE_AND, b, Expr.imm(dtype, 15))));
      add(
          intrinsic.text + " by 3",
          dtype,
          false,
          (a, b) -> Expr.Call.of(dtype, intrinsic, a, Expr.imm(dtype, 3)));
    }
    for (Intrinsic intrinsic : List.of(Intrinsic.BITWISE_NOT, Intrinsic.ABS)) {
      add(intrinsic.text, dtype, false, (a, b) -> Expr.Call.of(dtype, intrinsic, a));
    }
    for (Intrinsic intrinsic : List.of(Intrinsic.POPCOUNT, Intrinsic.CLZ)) {
      add(intrinsic.text, dtype, false, (a, b) -> Expr.Call.of(INT32, intrinsic, a));
    }
  }

  private void floatIntrinsics(DType dtype) {
    for (Intrinsic intrinsic :
        List.of(
            Intrinsic.EXP,
            Intrinsic.EXP2,
            Intrinsic.EXP10,
            Intrinsic.LOG,
            Intrinsic.LOG2,
            Intrinsic.LOG10,
            Intrinsic.LOG1P,
            Intrinsic.SQRT,
            Intrinsic.RSQRT,
            Intrinsic.SIN,
            Intrinsic.COS,
            Intrinsic.ATAN,
            Intrinsic.SINH,
            Intrinsic.TANH,
            Intrinsic.ASINH,
            Intrinsic.SIGMOID,
            Intrinsic.ERF,
            Intrinsic.FLOOR,
            Intrinsic.CEIL,
            Intrinsic.TRUNC,
            Intrinsic.ROUND,
            Intrinsic.NEARBYINT,
            Intrinsic.ABS)) {
      add(intrinsic, dtype, (a, b) -> Expr.Call.of(dtype, intrinsic, a));
    }
    for (Intrinsic intrinsic :
        List.of(Intrinsic.POW, Intrinsic.ATAN2, Intrinsic.HYPOT, Intrinsic.COPYSIGN)) {
      add(intrinsic, dtype, (a, b) -> Expr.Call.of(dtype, intrinsic, a, b));
    }
    for (Intrinsic intrinsic : List.of(Intrinsic.ISNAN, Intrinsic.ISINF, Intrinsic.ISFINITE)) {
      add(intrinsic.text, dtype, false, (a, b) -> Expr.Call.of(BOOL, intrinsic, a));
    }
    add("fma", dtype, false, (a, b) -> Expr.Call.of(dtype, Intrinsic.FMA, a, b, a));
  }
}
