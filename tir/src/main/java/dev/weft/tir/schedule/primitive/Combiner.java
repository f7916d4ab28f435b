package dev.weft.tir.schedule.primitive;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reduction of one or several buffers at once, {@code (b0[i], b1[i]) = op((b0[i], b1[i]), (t0,
 * t1))}, with a commutative and associative operation, begun with its neutral elements. Of several
 * elements that are as good, as in an argmax, any may be the result.
 *
 * @param buffers what is written
 * @param indices where, the same in all buffers
 * @param operation how two values are combined
 * @param terms what is combined with what is there
 * @param neutral what it begins with
 */
public record Combiner(
    List<Buffer> buffers,
    List<Expr> indices,
    Operation operation,
    List<Expr> terms,
    List<Expr> neutral) {

  /** The operations that partial results can be combined with. */
  public enum Operation {
    SUM,
    PRODUCT,
    MIN,
    MAX,
    /** Two sums at once, as for mean and variance. */
    SUMS,
    /** Position and value of the greatest; of equals, the one that is there. */
    ARGMAX,
    /** Position and value of the least; of equals, the one that is there. */
    ARGMIN,
    /** Position and value of the greatest; of equals, the one that comes first. */
    FIRST_ARGMAX,
    /** Position and value of the least; of equals, the one that comes first. */
    FIRST_ARGMIN;

    private static final List<Operation> OF_ONE = List.of(SUM, PRODUCT, MIN, MAX);
    private static final List<Operation> OF_TWO =
        List.of(SUMS, ARGMAX, ARGMIN, FIRST_ARGMAX, FIRST_ARGMIN);

    List<Expr> combine(List<Expr> x, List<Expr> y) {
      return switch (this) {
        case SUM -> List.of(binary(BinaryOp.ADD, x, y, 0));
        case PRODUCT -> List.of(binary(BinaryOp.MUL, x, y, 0));
        case MIN -> List.of(binary(BinaryOp.MIN, x, y, 0));
        case MAX -> List.of(binary(BinaryOp.MAX, x, y, 0));
        case SUMS -> List.of(binary(BinaryOp.ADD, x, y, 0), binary(BinaryOp.ADD, x, y, 1));
        case ARGMAX -> selected(binary(BinaryOp.GE, x, y, 1), x, y);
        case ARGMIN -> selected(binary(BinaryOp.LE, x, y, 1), x, y);
        case FIRST_ARGMAX -> first(binary(BinaryOp.GT, x, y, 1), x, y);
        case FIRST_ARGMIN -> first(binary(BinaryOp.LT, x, y, 1), x, y);
      };
    }

    private static Expr binary(BinaryOp op, List<Expr> x, List<Expr> y, int i) {
      return new Expr.Binary(op, x.get(i), y.get(i));
    }

    private static List<Expr> selected(Expr better, List<Expr> x, List<Expr> y) {
      return List.of(
          new Expr.Select(better, x.get(0), y.get(0)), new Expr.Select(better, x.get(1), y.get(1)));
    }

    private static List<Expr> first(Expr better, List<Expr> x, List<Expr> y) {
      Expr tie =
          new Expr.Binary(BinaryOp.AND, binary(BinaryOp.EQ, x, y, 1), binary(BinaryOp.LT, x, y, 0));
      return List.of(
          new Expr.Select(new Expr.Binary(BinaryOp.OR, better, tie), x.get(0), y.get(0)),
          new Expr.Select(better, x.get(1), y.get(1)));
    }

    private boolean isNeutral(List<Expr> values) {
      return switch (this) {
        case SUM -> isNumber(values.get(0), 0);
        case PRODUCT -> isNumber(values.get(0), 1);
        case MIN -> isLimit(values.get(0), true);
        case MAX -> isLimit(values.get(0), false);
        case SUMS -> isNumber(values.get(0), 0) && isNumber(values.get(1), 0);
        case ARGMAX, FIRST_ARGMAX -> isNumber(values.get(0), -1) && isLimit(values.get(1), false);
        case ARGMIN, FIRST_ARGMIN -> isNumber(values.get(0), -1) && isLimit(values.get(1), true);
      };
    }

    private static boolean isNumber(Expr value, long number) {
      return value instanceof Expr.FloatImm imm ? imm.value() == number : value.isConst(number);
    }

    private static boolean isLimit(Expr value, boolean top) {
      DType dtype = value.dtype();
      if (value instanceof Expr.Call call) {
        return call.is(top ? Intrinsic.MAX_VALUE : Intrinsic.MIN_VALUE);
      }
      if (!(value instanceof Expr.FloatImm imm)) {
        return value.equals(intLimit(dtype, top));
      }
      double limit = top ? largest(dtype) : -largest(dtype);
      // Infinity is as neutral, and right for infinite elements, too.
      return imm.value() == limit || imm.value() == limit * Double.POSITIVE_INFINITY;
    }

    private static double largest(DType dtype) {
      return switch (dtype.bits()) {
        case 64 -> Double.MAX_VALUE;
        case 32 -> Float.MAX_VALUE;
        case 16 -> dtype.equals(DType.FLOAT16) ? 65504 : 0x1.FEp127;
        default -> Double.POSITIVE_INFINITY;
      };
    }

    private static Expr intLimit(DType dtype, boolean top) {
      boolean unsigned = dtype.code() == DType.Code.UINT;
      long max = unsigned ? -1L >>> (64 - dtype.bits()) : Long.MAX_VALUE >> (64 - dtype.bits());
      return Expr.imm(dtype, top ? max : unsigned ? 0 : -max - 1);
    }
  }

  /** The reduction that a block is; null if it is none of these. */
  public static @Nullable Combiner of(Stmt.Block block) {
    if (block.init() == null) {
      return null;
    }
    List<Stmt.Store> inits = stores(block.init());
    Map<Var, Expr> lets = new HashMap<>();
    List<Var> order = new ArrayList<>();
    Stmt body = block.body();
    while (body instanceof Stmt.Let(Var var, Expr value, Stmt rest)) {
      lets.put(var, value);
      order.add(var);
      body = rest;
    }
    List<Stmt.Store> updates = stores(body);
    if (inits == null || updates == null || inits.size() != updates.size()) {
      return null;
    }
    if (order.isEmpty()) {
      return updates.size() == 1
          ? match(inits, List.of(updates.getFirst().value()), updates)
          : null;
    }
    // The buffers come in the order in which their values are worked out.
    List<Stmt.Store> ordered = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    for (Var var : order) {
      List<Stmt.Store> of = updates.stream().filter(store -> store.value() == var).toList();
      Expr value = lets.get(var);
      if (of.size() != 1 || value == null) {
        return null;
      }
      ordered.add(of.getFirst());
      values.add(value);
    }
    return ordered.size() == updates.size() ? match(inits, values, ordered) : null;
  }

  private static @Nullable List<Stmt.Store> stores(Stmt stmt) {
    List<Stmt.Store> stores = new ArrayList<>();
    for (Stmt each : Nests.statements(stmt)) {
      if (!(each instanceof Stmt.Store store) || store.predicate() != null) {
        return null;
      }
      stores.add(store);
    }
    return stores;
  }

  private static @Nullable Combiner match(
      List<Stmt.Store> inits, List<Expr> values, List<Stmt.Store> updates) {
    List<Expr> indices = updates.getFirst().indices();
    List<Buffer> buffers = new ArrayList<>();
    List<Expr> neutral = new ArrayList<>();
    List<Expr> own = new ArrayList<>();
    for (Stmt.Store update : updates) {
      Buffer buffer = update.buffer();
      List<Stmt.Store> init = inits.stream().filter(i -> i.buffer() == buffer).toList();
      if (init.size() != 1
          || !update.indices().equals(indices)
          || !init.getFirst().indices().equals(indices)
          || !buffer.shape().equals(updates.getFirst().buffer().shape())) {
        return null;
      }
      buffers.add(buffer);
      neutral.add(init.getFirst().value());
      own.add(new Expr.Load(buffer, indices));
    }
    List<Operation> candidates =
        switch (updates.size()) {
          case 1 -> Operation.OF_ONE;
          case 2 -> Operation.OF_TWO;
          default -> List.of();
        };
    for (Operation operation : candidates) {
      List<Expr> terms = terms(own, values);
      if (terms != null
          && operation.isNeutral(neutral)
          && values.equals(operation.combine(own, terms))) {
        return new Combiner(buffers, indices, operation, terms, neutral);
      }
    }
    return null;
  }

  /** What each value takes besides what is there: the other operand, or the other choice. */
  private static @Nullable List<Expr> terms(List<Expr> own, List<Expr> values) {
    List<Expr> terms = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      Expr mine = own.get(i);
      switch (values.get(i)) {
        case Expr.Binary(BinaryOp _, Expr a, Expr b) when a.equals(mine) -> terms.add(b);
        case Expr.Select(Expr _, Expr a, Expr b) when a.equals(mine) -> terms.add(b);
        case Expr _ -> {
          return null;
        }
      }
    }
    return terms;
  }

  /** What is there, combined with more. */
  public List<Expr> combine(List<Expr> accumulated, List<Expr> more) {
    return operation.combine(accumulated, more);
  }
}
