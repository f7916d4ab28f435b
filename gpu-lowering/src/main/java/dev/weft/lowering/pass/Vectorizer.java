package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Callee;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Carries out all iterations of a loop at once, one in each lane of vectors. */
final class Vectorizer {
  private final Var loopVar;
  private final Expr start;
  private final int lanes;
  private final Analyzer analyzer;
  private final Map<Var, Var> wide = new HashMap<>();

  /** Thrown by what has no vector form; the statement around it is done lane by lane. */
  private static final class NoVectorForm extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoVectorForm() {
      super(null, null, false, false);
    }
  }

  Vectorizer(Var loopVar, Expr start, int lanes, Analyzer analyzer) {
    this.loopVar = loopVar;
    this.start = start;
    this.lanes = lanes;
    this.analyzer = analyzer;
  }

  /** The statement for all lanes. */
  Stmt statement(Stmt stmt) {
    try {
      return vector(stmt);
    } catch (NoVectorForm e) {
      return laneByLane(stmt);
    }
  }

  private Stmt laneByLane(Stmt stmt) {
    Var lane = loopVar.renamed(loopVar.name());
    Expr value = Expr.add(start, lane);
    return new Stmt.For(
        lane,
        Expr.imm(lane.dtype(), 0),
        Expr.imm(lane.dtype(), lanes),
        ForKind.UNROLLED,
        null,
        Map.of(),
        Substitute.in(stmt, Map.of(loopVar, value)));
  }

  private Stmt vector(Stmt stmt) {
    return switch (stmt) {
      case Stmt.Store store -> store(store);
      case Stmt.Seq(List<Stmt> stmts) -> Stmt.seq(stmts.stream().map(this::statement).toList());
      case Stmt.If(Expr condition, Stmt then, Stmt otherwise) -> {
        if (varies(condition)) {
          throw new NoVectorForm();
        }
        yield new Stmt.If(
            condition, statement(then), otherwise == null ? null : statement(otherwise));
      }
      case Stmt.For f -> {
        if (varies(f.min()) || varies(f.extent())) {
          throw new NoVectorForm();
        }
        yield f.withBody(statement(f.body()));
      }
      case Stmt.Attr(var about, var key, Expr value, Stmt body) -> {
        if (varies(value)) {
          throw new NoVectorForm();
        }
        yield new Stmt.Attr(about, key, value, statement(body));
      }
      case Stmt.Let(Var v, Expr value, Stmt body) -> {
        Expr vector = expr(value);
        if (vector.dtype().lanes() == 1) {
          yield new Stmt.Let(v, vector, vector(body));
        }
        Var w = v.withDtype(vector.dtype());
        wide.put(v, w);
        yield new Stmt.Let(w, vector, vector(body));
      }
      case Stmt.Evaluate s when !varies(s.value()) -> s;
      case Stmt.Evaluate s -> throw new NoVectorForm();
      case Stmt.Assert s -> throw new NoVectorForm();
      case Stmt.Allocate s -> throw new NoVectorForm();
      case Stmt.AllocateConst s -> throw new NoVectorForm();
      case Stmt.DeclBuffer s -> throw new NoVectorForm();
      case Stmt.While s -> throw new NoVectorForm();
      case Stmt.Break s -> throw new NoVectorForm();
      case Stmt.Continue s -> throw new NoVectorForm();
      case Stmt.ThreadGroup s -> throw new NoVectorForm();
      case Stmt.Block s -> throw new NoVectorForm();
      case Stmt.BlockRealize s -> throw new NoVectorForm();
    };
  }

  private Stmt store(Stmt.Store store) {
    Expr value = expr(store.value());
    Expr index = index(store.indices().get(0));
    boolean contiguous = index instanceof Expr.Ramp ramp && ramp.stride().isConst(1);
    boolean simple =
        store.predicate() == null
            && store.buffer().dtype().lanes() == 1
            && !store.buffer().dtype().isBool();
    if (!contiguous || !simple) {
      throw new NoVectorForm();
    }
    return new Stmt.Store(store.buffer(), widened(value), List.of(index));
  }

  private boolean varies(Expr e) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node == loopVar || (node instanceof Var v && wide.containsKey(v));
        super.expr(node);
      }
    }.expr(e);
    return found[0];
  }

  private Expr widened(Expr e) {
    return e.dtype().lanes() == 1 ? new Expr.Broadcast(e, lanes) : e;
  }

  /** The expression for all lanes; of one lane if it is the same in all. */
  private Expr expr(Expr e) {
    if (!varies(e)) {
      return e;
    }
    return switch (e) {
      case Var v -> v == loopVar ? ramp(start, Expr.imm(v.dtype(), 1)) : wide.getOrDefault(v, v);
      case Expr.Binary(BinaryOp op, Expr a, Expr b) -> binary(op, a, b);
      case Expr.Cast(DType dtype, Expr value) -> {
        Expr vector = expr(value);
        if (vector.dtype().isBool()) {
          throw new NoVectorForm();
        }
        yield vector instanceof Expr.Ramp(Expr base, Expr stride, int n) && dtype.isInt()
            ? ramp(Expr.cast(dtype, base), Expr.cast(dtype, stride))
            : new Expr.Cast(dtype.withLanes(lanes), vector);
      }
      case Expr.Not(Expr value) -> new Expr.Not(expr(value));
      case Expr.Select(Expr c, Expr t, Expr f) ->
          new Expr.Select(expr(c), widened(expr(t)), widened(expr(f)));
      case Expr.Load load -> load(load);
      case Expr.Call call -> call(call);
      case Expr.Let(Var v, Expr value, Expr body) -> {
        Expr vector = expr(value);
        Var w = vector.dtype().lanes() == 1 ? v : v.withDtype(vector.dtype());
        if (w != v) {
          wide.put(v, w);
        }
        yield new Expr.Let(w, vector, widened(expr(body)));
      }
      case Expr.Ramp r -> throw new NoVectorForm();
      case Expr.Broadcast b -> throw new NoVectorForm();
      case Expr.Shuffle s -> throw new NoVectorForm();
      case Expr.IntImm i -> i;
      case Expr.FloatImm i -> i;
      case Expr.StringImm i -> i;
    };
  }

  private Expr ramp(Expr base, Expr stride) {
    return new Expr.Ramp(base, stride, lanes);
  }

  private Expr binary(BinaryOp op, Expr left, Expr right) {
    Expr a = expr(left);
    Expr b = expr(right);
    if (a instanceof Expr.Ramp(Expr base, Expr stride, int n) && b.dtype().lanes() == 1) {
      switch (op) {
        case ADD, SUB -> {
          return ramp(Expr.binary(op, base, b), stride);
        }
        case MUL -> {
          return ramp(Expr.mul(base, b), Expr.mul(stride, b));
        }
        case FLOOR_DIV, FLOOR_MOD -> {
          Expr last = Expr.add(Expr.floorMod(base, b), Expr.mul(stride, lanes - 1L));
          if (analyzer.prove(Expr.lt(last, b))
              && analyzer.prove(Expr.ge(stride, Expr.imm(stride.dtype(), 0)))) {
            // No lane goes past a multiple of the divisor.
            return op == BinaryOp.FLOOR_DIV
                ? Expr.floorDiv(base, b)
                : ramp(Expr.floorMod(base, b), stride);
          }
        }
        case DIV, MOD, MIN, MAX, EQ, NE, LT, LE, GT, GE, AND, OR -> {}
      }
    }
    if (b instanceof Expr.Ramp(Expr base, Expr stride, int n) && a.dtype().lanes() == 1) {
      if (op == BinaryOp.ADD) {
        return ramp(Expr.add(a, base), stride);
      }
      if (op == BinaryOp.MUL) {
        return ramp(Expr.mul(a, base), Expr.mul(a, stride));
      }
    }
    if (a instanceof Expr.Ramp(Expr base, Expr stride, int n)
        && b instanceof Expr.Ramp(Expr base2, Expr stride2, int n2)
        && (op == BinaryOp.ADD || op == BinaryOp.SUB)) {
      return ramp(Expr.binary(op, base, base2), Expr.binary(op, stride, stride2));
    }
    // The two factors of a floordiv may have made both sides uniform again.
    return a.dtype().lanes() == 1 && b.dtype().lanes() == 1
        ? Expr.binary(op, a, b)
        : new Expr.Binary(op, widened(a), widened(b));
  }

  /** The index for all lanes, in the simplest form that can be found. */
  private Expr index(Expr index) {
    Expr vector = expr(index);
    if (vector instanceof Expr.Ramp(Expr base, Expr stride, int n)) {
      Expr step = analyzer.simplify(stride);
      return step.isConst(0) ? analyzer.simplify(base) : ramp(analyzer.simplify(base), step);
    }
    return vector;
  }

  private Expr load(Expr.Load load) {
    if (load.predicate() != null || load.buffer().dtype().lanes() > 1 || load.dtype().isBool()) {
      throw new NoVectorForm();
    }
    Expr index = index(load.indices().get(0));
    boolean direct =
        index.dtype().lanes() == 1
            || (index instanceof Expr.Ramp(Expr base, Expr stride, int n) && stride.isConst(1));
    return direct ? new Expr.Load(load.buffer(), List.of(index)) : gathered(load);
  }

  /** The lanes one by one, put together. */
  private Expr gathered(Expr scalar) {
    if (!wide.isEmpty()) {
      throw new NoVectorForm();
    }
    List<Expr> each = new ArrayList<>();
    for (int lane = 0; lane < lanes; lane++) {
      each.add(Substitute.in(scalar, Map.of(loopVar, Expr.add(start, lane))));
    }
    return new Expr.Shuffle(each, IntStream.range(0, lanes).mapToObj(Expr::int32).toList());
  }

  private Expr call(Expr.Call call) {
    if (!(call.callee() instanceof Intrinsic intrinsic)) {
      throw new NoVectorForm();
    }
    if (intrinsic.isMathFunction() || intrinsic.isRounding()) {
      return elementwise(call);
    }
    return switch (intrinsic) {
      case LIKELY -> expr(call.args().get(0));
      case IF_THEN_ELSE -> {
        if (varies(call.args().get(0))) {
          yield gathered(call);
        }
        yield new Expr.Call(
            call.dtype().withLanes(lanes),
            intrinsic,
            List.of(
                call.args().get(0),
                widened(expr(call.args().get(1))),
                widened(expr(call.args().get(2)))));
      }
      case SIGMOID,
          ABS,
          FMA,
          COPYSIGN,
          BITWISE_AND,
          BITWISE_OR,
          BITWISE_XOR,
          BITWISE_NOT,
          SHIFT_LEFT,
          SHIFT_RIGHT,
          REINTERPRET,
          ISNAN,
          POPCOUNT,
          CLZ ->
          elementwise(call);
      default -> {
        // Whatever else there is has no lane-wise form, or none worth having.
        throw new NoVectorForm();
      }
    };
  }

  private Expr elementwise(Expr.Call call) {
    Callee callee = call.callee();
    return new Expr.Call(
        call.dtype().withLanes(lanes),
        callee,
        call.args().stream().map(a -> widened(expr(a))).toList());
  }
}
