package dev.weft.tir.arith;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Range;
import dev.weft.tir.Var;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random variables with small constant ranges, and random expressions over them. */
final class RandomExprs {
  private static final long[] NUMBERS = {0, 1, 2, 3, 4, 5, 6, 8, 12, 16, -1, -2, -3, -4, -8, 7};
  private static final long[] DIVISORS = {1, 2, 3, 4, 6, 8, 12, 16, 5, -2, -3, -4};
  private static final BinaryOp[] COMPARISONS = {
    BinaryOp.EQ, BinaryOp.NE, BinaryOp.LT, BinaryOp.LE, BinaryOp.GT, BinaryOp.GE
  };

  final Random random;
  final DType dtype;
  final Map<Var, Range> domain = new LinkedHashMap<>();
  private final List<Var> vars;

  /** Whether every divisor is a power of two, so that digits have common cuts. */
  boolean powersOfTwo;

  RandomExprs(long seed) {
    random = new Random(seed);
    dtype = random.nextInt(4) == 0 ? DType.INT64 : DType.INT32;
    for (String name : List.of("x", "y", "z")) {
      long min = random.nextInt(3) == 0 ? random.nextInt(13) - 6 : 0;
      long extent = new long[] {1, 2, 3, 4, 4, 8, 6, 5, 12}[random.nextInt(9)];
      domain.put(Var.of(name, dtype), new Range(Expr.imm(dtype, min), Expr.imm(dtype, extent)));
    }
    vars = List.copyOf(domain.keySet());
  }

  Analyzer analyzer() {
    Analyzer analyzer = new Analyzer();
    domain.forEach(analyzer::bind);
    return analyzer;
  }

  private long pick(long[] from) {
    return from[random.nextInt(from.length)];
  }

  Expr number(long[] from) {
    return Expr.imm(dtype, pick(from));
  }

  private Expr divisor() {
    return Expr.imm(dtype, powersOfTwo ? 1L << random.nextInt(5) : pick(DIVISORS));
  }

  /** An expression that always has the same value, written in another way. */
  Expr rewritten(Expr e) {
    Expr result = e;
    if (e instanceof Expr.Binary(var op, var a, var b)) {
      Expr x = rewritten(a);
      Expr y = rewritten(b);
      result = new Expr.Binary(op, x, y);
      if (op == BinaryOp.ADD && random.nextBoolean()) {
        result = new Expr.Binary(op, y, x);
      } else if (op == BinaryOp.MUL
          && x instanceof Expr.Binary(var inner, var u, var v)
          && inner == BinaryOp.ADD
          && random.nextBoolean()) {
        result = Expr.add(Expr.mul(u, y), Expr.mul(v, y));
      } else if (op == BinaryOp.FLOOR_MOD && random.nextInt(3) == 0) {
        result = Expr.sub(x, Expr.mul(Expr.floorDiv(x, y), y));
      }
    }
    if (random.nextInt(6) == 0) {
      Expr by = Expr.imm(dtype, 2L << random.nextInt(3));
      return Expr.add(Expr.mul(Expr.floorDiv(result, by), by), Expr.floorMod(result, by));
    }
    return result;
  }

  /** Sums of multiples, quotients and remainders: what indices are made of. */
  Expr index(int depth) {
    if (depth == 0) {
      return random.nextInt(5) == 0 ? number(NUMBERS) : vars.get(random.nextInt(vars.size()));
    }
    return switch (random.nextInt(7)) {
      case 0, 1 -> new Expr.Binary(BinaryOp.ADD, index(depth - 1), index(depth - 1));
      case 2 -> new Expr.Binary(BinaryOp.SUB, index(depth - 1), index(depth - 1));
      case 3 -> new Expr.Binary(BinaryOp.MUL, index(depth - 1), number(NUMBERS));
      case 4 -> new Expr.Binary(BinaryOp.FLOOR_DIV, index(depth - 1), divisor());
      case 5 -> new Expr.Binary(BinaryOp.FLOOR_MOD, index(depth - 1), divisor());
      default -> index(depth - 1);
    };
  }

  /** Any integer operation. */
  Expr integer(int depth) {
    if (depth == 0) {
      return index(0);
    }
    BinaryOp[] ops = {
      BinaryOp.ADD,
      BinaryOp.SUB,
      BinaryOp.MIN,
      BinaryOp.MAX,
      BinaryOp.MUL,
      BinaryOp.FLOOR_DIV,
      BinaryOp.FLOOR_MOD,
      BinaryOp.DIV,
      BinaryOp.MOD
    };
    int choice = random.nextInt(ops.length + 3);
    if (choice < ops.length) {
      BinaryOp op = ops[choice];
      boolean byNumber = choice >= 5 && random.nextInt(4) != 0;
      Expr b = byNumber ? number(DIVISORS) : integer(depth - 1);
      return new Expr.Binary(op, integer(depth - 1), b);
    }
    if (choice == ops.length) {
      return new Expr.Select(condition(depth - 1), integer(depth - 1), integer(depth - 1));
    }
    if (choice == ops.length + 1) {
      return Expr.Call.of(
          dtype,
          Intrinsic.IF_THEN_ELSE,
          condition(depth - 1),
          integer(depth - 1),
          integer(depth - 1));
    }
    if (random.nextInt(3) == 0) {
      Var t = Var.of("t", dtype);
      return new Expr.Let(
          t, integer(depth - 1), new Expr.Binary(BinaryOp.ADD, t, integer(depth - 1)));
    }
    return index(depth);
  }

  Expr condition(int depth) {
    int choice = depth > 0 ? random.nextInt(5) : 3;
    if (choice < 2) {
      BinaryOp op = choice == 0 ? BinaryOp.AND : BinaryOp.OR;
      return new Expr.Binary(op, condition(depth - 1), condition(depth - 1));
    }
    if (choice == 2) {
      return new Expr.Not(condition(depth - 1));
    }
    BinaryOp op = COMPARISONS[random.nextInt(COMPARISONS.length)];
    return new Expr.Binary(op, index(depth), random.nextBoolean() ? index(depth) : number(NUMBERS));
  }

  /** Vectors of integers. */
  Expr vector(int depth, int lanes) {
    if (depth == 0) {
      return random.nextBoolean()
          ? new Expr.Ramp(index(1), number(NUMBERS), lanes)
          : new Expr.Broadcast(index(1), lanes);
    }
    BinaryOp[] ops = {
      BinaryOp.ADD,
      BinaryOp.SUB,
      BinaryOp.MUL,
      BinaryOp.FLOOR_DIV,
      BinaryOp.FLOOR_MOD,
      BinaryOp.MIN,
      BinaryOp.MAX,
      BinaryOp.DIV,
      BinaryOp.MOD
    };
    BinaryOp op = ops[random.nextInt(ops.length)];
    boolean division = op != BinaryOp.ADD && op != BinaryOp.SUB && random.nextInt(4) != 0;
    Expr b = division ? new Expr.Broadcast(number(DIVISORS), lanes) : vector(depth - 1, lanes);
    return new Expr.Binary(op, vector(depth - 1, lanes), b);
  }

  Expr vectorCondition(int depth, int lanes) {
    BinaryOp op = COMPARISONS[random.nextInt(COMPARISONS.length)];
    return new Expr.Binary(op, vector(depth, lanes), vector(depth, lanes));
  }
}
