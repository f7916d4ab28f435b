package dev.weft.tir.testing;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Random functions of every node, for what must work on any IR (printing, reading, comparing). They
 * mean nothing and can't be run. The same seed gives the same function.
 */
public final class RandomIr {
  private static final List<DType> NUMBERS =
      List.of(
          DType.INT32,
          DType.INT64,
          DType.INT8,
          DType.UINT8,
          DType.UINT64,
          DType.FLOAT32,
          DType.FLOAT16,
          DType.BFLOAT16,
          DType.FLOAT64,
          DType.FLOAT8_E4M3,
          DType.FLOAT8_E5M2);
  private static final List<String> NAMES = List.of("A", "i", "x", "T", "for", "a.b", "", "1st");

  private final SplittableRandom random;
  private final List<Var> vars = new ArrayList<>();
  private final List<Buffer> buffers = new ArrayList<>();

  private RandomIr(long seed) {
    random = new SplittableRandom(seed);
  }

  /** A function. */
  public static PrimFunc of(long seed) {
    return new RandomIr(seed).function();
  }

  private PrimFunc function() {
    List<Var> params = new ArrayList<>();
    Map<Var, Buffer> bufferMap = new LinkedHashMap<>();
    Var n = Var.of(name(), random.nextBoolean() ? DType.INT32 : DType.INT64);
    vars.add(n);
    for (int i = 0; i < 3; i++) {
      Var handle = Var.of(name(), DType.HANDLE);
      Buffer buffer = paramBuffer(n);
      params.add(handle);
      bufferMap.put(handle, buffer);
      buffers.add(buffer);
    }
    boolean known = buffers.stream().anyMatch(buffer -> buffer.shape().contains(n));
    if (!known || random.nextBoolean()) {
      params.add(n);
    }
    Var scalar = Var.of(name(), pick(NUMBERS));
    params.add(scalar);
    vars.add(scalar);
    Map<String, AttrValue> attrs = annotations();
    if (random.nextBoolean()) {
      attrs.put(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm(pick(List.of("main", "other name"))));
    }
    return new PrimFunc(params, bufferMap, attrs, body(4));
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private boolean maybe(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private String name() {
    return pick(NAMES);
  }

  private Buffer paramBuffer(Var n) {
    if (maybe(2)) {
      return Buffer.of(name(), pick(NUMBERS), 8, 4);
    }
    DType index = n.dtype();
    Expr four = Expr.imm(index, 4);
    DType dtype = pick(NUMBERS);
    Scope scope = pick(List.of(Scope.GLOBAL, Scope.SHARED, Scope.parse("wmma.matrix_a")));
    List<Expr> strides =
        switch (random.nextInt(3)) {
          case 0 -> List.of();
          case 1 -> List.of(Var.of("s", index), Expr.imm(index, 1));
          default -> List.of(Expr.mul(n, Expr.imm(index, 2)), Expr.imm(index, 1));
        };
    Expr offset =
        switch (random.nextInt(3)) {
          case 0 -> Expr.imm(index, 0);
          case 1 -> Var.of("offset", index);
          default -> Expr.imm(index, 16);
        };
    int alignment = maybe(2) ? 64 : 128;
    int factor = maybe(2) ? 1 : 16;
    List<Integer> separators = maybe(4) ? List.of(1) : List.of();
    return new Buffer(
        Var.pointer(name(), maybe(4) ? DType.INT8 : dtype, scope),
        dtype,
        List.of(n, four),
        strides,
        offset,
        name(),
        alignment,
        factor,
        separators);
  }

  private Map<String, AttrValue> annotations() {
    Map<String, AttrValue> annotations = new LinkedHashMap<>();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      annotations.put(pick(List.of("key", "a \"b\"", "tir.x")), value(2));
    }
    return annotations;
  }

  private AttrValue value(int depth) {
    return switch (random.nextInt(depth == 0 ? 3 : 6)) {
      case 0 -> new Expr.StringImm(pick(List.of("", "text", "line\nbreak", "\"\\\t'ü")));
      case 1 -> constant(pick(NUMBERS));
      case 2 -> Expr.bool(random.nextBoolean());
      case 3 -> new AttrValue.Items(List.of(value(depth - 1), value(depth - 1)));
      case 4 -> new AttrValue.Entries(annotations());
      default -> {
        Var i = Var.of("i", maybe(3) ? DType.INT64 : DType.INT32);
        Var j = Var.int32("i");
        yield new IndexMap(List.of(i, j), List.of(j, Expr.floorDiv(i, 4)));
      }
    };
  }

  private Expr constant(DType dtype) {
    if (dtype.isBool()) {
      return Expr.bool(random.nextBoolean());
    }
    if (!dtype.isFloat()) {
      return Expr.imm(dtype, maybe(3) ? random.nextLong() : random.nextInt(-3, 9));
    }
    return new Expr.FloatImm(
        dtype,
        switch (random.nextInt(7)) {
          case 0 -> -0.0;
          case 1 -> Double.POSITIVE_INFINITY;
          case 2 -> Double.NEGATIVE_INFINITY;
          case 3 -> Double.NaN;
          case 4 -> random.nextInt(-4, 5);
          case 5 -> random.nextGaussian();
          default -> Double.longBitsToDouble(random.nextLong());
        });
  }

  private Expr expr(DType dtype, int depth) {
    if (dtype.lanes() > 1) {
      return vector(dtype, depth);
    }
    if (depth <= 0 || maybe(6)) {
      List<Var> fitting = vars.stream().filter(v -> v.dtype().equals(dtype)).toList();
      return fitting.isEmpty() || maybe(3) ? constant(dtype) : pick(fitting);
    }
    return dtype.isBool() ? condition(depth) : number(dtype, depth);
  }

  private Expr condition(int depth) {
    DType dtype = pick(NUMBERS);
    return switch (random.nextInt(6)) {
      case 0 ->
          new Expr.Binary(BinaryOp.AND, expr(DType.BOOL, depth - 1), expr(DType.BOOL, depth - 1));
      case 1 ->
          new Expr.Binary(BinaryOp.OR, expr(DType.BOOL, depth - 1), expr(DType.BOOL, depth - 1));
      case 2 -> new Expr.Not(expr(DType.BOOL, depth - 1));
      case 3 -> Expr.Call.of(DType.BOOL, Intrinsic.LIKELY, expr(DType.BOOL, depth - 1));
      default -> {
        BinaryOp op =
            pick(
                List.of(
                    BinaryOp.EQ, BinaryOp.NE, BinaryOp.LT, BinaryOp.LE, BinaryOp.GT, BinaryOp.GE));
        yield new Expr.Binary(op, expr(dtype, depth - 1), expr(dtype, depth - 1));
      }
    };
  }

  private Expr number(DType dtype, int depth) {
    Expr a = expr(dtype, depth - 1);
    return switch (random.nextInt(12)) {
      case 0, 1, 2, 3 -> {
        BinaryOp op =
            pick(
                List.of(
                    BinaryOp.ADD,
                    BinaryOp.SUB,
                    BinaryOp.MUL,
                    BinaryOp.DIV,
                    BinaryOp.MOD,
                    BinaryOp.FLOOR_DIV,
                    BinaryOp.FLOOR_MOD,
                    BinaryOp.MIN,
                    BinaryOp.MAX));
        yield new Expr.Binary(op, a, expr(dtype, depth - 1));
      }
      case 4 -> new Expr.Cast(dtype, expr(pick(NUMBERS), depth - 1));
      case 5 -> new Expr.Select(expr(DType.BOOL, depth - 1), a, expr(dtype, depth - 1));
      case 6 -> {
        Var v = Var.of(name(), dtype);
        vars.add(v);
        Expr body = expr(dtype, depth - 1);
        vars.remove(v);
        yield new Expr.Let(v, a, body);
      }
      case 7 -> call(dtype, a, depth);
      case 8 ->
          new Expr.Shuffle(
              List.of(expr(dtype.withLanes(2), depth - 1), expr(dtype.withLanes(4), depth - 1)),
              List.of(Expr.int32(random.nextInt(6))));
      case 9 -> a;
      default -> load(dtype, depth);
    };
  }

  private Expr call(DType dtype, Expr a, int depth) {
    return switch (random.nextInt(5)) {
      case 0 ->
          Expr.Call.of(
              dtype,
              Intrinsic.IF_THEN_ELSE,
              expr(DType.BOOL, depth - 1),
              a,
              expr(dtype, depth - 1));
      case 1 -> Expr.Call.of(dtype, Intrinsic.EXP, expr(pick(NUMBERS), depth - 1));
      case 2 ->
          Expr.Call.of(
              dtype,
              Intrinsic.CALL_PURE_EXTERN,
              new Expr.StringImm("f"),
              a,
              expr(pick(NUMBERS), 0));
      case 3 -> Expr.Call.of(dtype, Intrinsic.SHIFT_LEFT, a, expr(DType.INT32, depth - 1));
      default -> Expr.Call.of(dtype, Intrinsic.MAX_VALUE);
    };
  }

  private Expr load(DType dtype, int depth) {
    List<Buffer> fitting = buffers.stream().filter(b -> b.dtype().equals(dtype)).toList();
    if (fitting.isEmpty()) {
      return constant(dtype);
    }
    Buffer buffer = pick(fitting);
    return new Expr.Load(buffer, indices(buffer, 1, depth));
  }

  private Expr vector(DType dtype, int depth) {
    List<Buffer> fitting =
        buffers.stream().filter(b -> b.dtype().equals(dtype.scalar()) && b.rank() > 0).toList();
    if (depth > 0 && !fitting.isEmpty() && maybe(2)) {
      Buffer buffer = pick(fitting);
      Expr mask = maybe(3) ? new Expr.Broadcast(Expr.bool(true), dtype.lanes()) : null;
      return new Expr.Load(buffer, indices(buffer, dtype.lanes(), depth), mask);
    }
    if (dtype.isInt() && maybe(2)) {
      return new Expr.Ramp(expr(dtype.scalar(), depth - 1), expr(dtype.scalar(), 0), dtype.lanes());
    }
    if (depth > 0 && !dtype.isBool() && maybe(2)) {
      return new Expr.Binary(BinaryOp.ADD, vector(dtype, depth - 1), vector(dtype, depth - 1));
    }
    return new Expr.Broadcast(expr(dtype.scalar(), depth - 1), dtype.lanes());
  }

  private List<Expr> indices(Buffer buffer, int lanes, int depth) {
    List<Expr> indices = new ArrayList<>();
    for (int i = 0; i < buffer.rank(); i++) {
      DType dtype = maybe(4) ? DType.INT64 : DType.INT32;
      boolean last = i == buffer.rank() - 1;
      if (last && lanes > 1) {
        Expr base = expr(dtype, depth - 1);
        indices.add(new Expr.Ramp(base, Expr.imm(dtype, random.nextInt(-1, 4)), lanes));
      } else {
        indices.add(expr(dtype, depth - 1));
      }
    }
    return indices;
  }

  private Stmt body(int depth) {
    int known = vars.size();
    int knownBuffers = buffers.size();
    int count = random.nextInt(1, 4);
    List<Stmt> stmts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      stmts.add(stmt(depth));
    }
    vars.subList(known, vars.size()).clear();
    buffers.subList(knownBuffers, buffers.size()).clear();
    return Stmt.seq(stmts);
  }

  private Stmt within(Var v, int depth) {
    vars.add(v);
    Stmt body = body(depth);
    vars.remove(v);
    return body;
  }

  private Stmt within(Buffer buffer, Function<Integer, Stmt> inner, int depth) {
    buffers.add(buffer);
    Stmt body = inner.apply(depth);
    buffers.remove(buffer);
    return body;
  }

  private Stmt stmt(int depth) {
    if (depth <= 0) {
      return maybe(3) ? new Stmt.Evaluate(expr(pick(NUMBERS), 2)) : store();
    }
    int d = depth - 1;
    return switch (random.nextInt(17)) {
      case 0 -> {
        Expr value = expr(pick(NUMBERS), 2);
        Var v = Var.of(name(), value.dtype());
        yield new Stmt.Let(v, value, within(v, d));
      }
      case 1 -> new Stmt.Attr(about(), "key", expr(DType.INT32, 1), body(d));
      case 2 -> launch(d);
      case 3 -> new Stmt.Assert(expr(DType.BOOL, 2), new Expr.StringImm("must \"hold\""), body(d));
      case 4 -> allocate(d);
      case 5 -> new Stmt.If(expr(DType.BOOL, 2), body(d), maybe(2) ? null : body(d));
      case 6, 7, 8 -> loop(d);
      case 9 ->
          new Stmt.While(
              expr(DType.BOOL, 2),
              Stmt.seq(body(d), maybe(2) ? new Stmt.Break() : new Stmt.Continue()));
      case 10 -> new Stmt.ThreadGroup("role", expr(DType.INT32, 1), expr(DType.INT32, 1), body(d));
      case 11, 12, 13 -> block(d);
      case 14 -> new Stmt.Seq(List.of());
      default -> store();
    };
  }

  private AttrValue about() {
    return switch (random.nextInt(4)) {
      case 0 -> Expr.int32(0);
      case 1 -> pick(buffers);
      case 2 -> new Expr.StringImm("about");
      default -> pick(vars);
    };
  }

  private Stmt launch(int depth) {
    ThreadTag tag = pick(List.of(ThreadTag.values()));
    DType dtype = maybe(3) ? DType.INT64 : DType.INT32;
    Var v = Var.of(name(), dtype);
    Expr extent = Expr.imm(dtype, 32);
    Expr domain = maybe(4) ? Expr.imm(dtype, 16) : extent;
    String key = tag.level == ThreadTag.Level.VIRTUAL ? "virtual_thread" : "thread_extent";
    return new Stmt.Attr(IterVar.thread(domain, v, tag), key, extent, within(v, depth));
  }

  private Stmt allocate(int depth) {
    DType dtype = pick(NUMBERS);
    Scope scope = pick(List.of(Scope.GLOBAL, Scope.SHARED_DYN, Scope.LOCAL));
    Var data = Var.pointer(name(), maybe(3) ? DType.UINT8 : dtype, scope);
    List<Expr> extents = List.of(Expr.int32(32));
    Buffer buffer =
        new Buffer(
            data,
            dtype,
            extents,
            List.of(),
            Expr.int32(0),
            name(),
            Buffer.DEFAULT_ALIGNMENT,
            1,
            List.of());
    Stmt inner = within(buffer, this::body, depth);
    Stmt declared = maybe(4) ? inner : new Stmt.DeclBuffer(buffer, inner);
    if (maybe(4)) {
      List<Expr> values = List.of(constant(dtype), constant(dtype));
      return new Stmt.AllocateConst(data, dtype, extents, values, declared);
    }
    Expr condition = maybe(3) ? expr(DType.BOOL, 1) : Expr.bool(true);
    return new Stmt.Allocate(data, dtype, extents, condition, annotations(), declared);
  }

  private Stmt loop(int depth) {
    DType dtype = maybe(4) ? DType.INT64 : DType.INT32;
    ForKind kind = maybe(2) ? ForKind.SERIAL : pick(List.of(ForKind.values()));
    @Nullable ThreadTag thread =
        kind == ForKind.THREAD_BINDING ? pick(List.of(ThreadTag.values())) : null;
    Expr min = maybe(3) ? expr(dtype, 1) : Expr.imm(dtype, 0);
    Expr extent = maybe(3) ? expr(dtype, 2) : Expr.imm(dtype, random.nextInt(1, 9));
    Map<String, AttrValue> annotations = maybe(3) ? annotations() : Map.of();
    Var v = Var.of(name(), dtype);
    return new Stmt.For(v, min, extent, kind, thread, annotations, within(v, depth));
  }

  private Stmt block(int depth) {
    List<IterVar> axes = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      DType dtype = maybe(4) ? DType.INT64 : DType.INT32;
      Expr min = maybe(3) ? expr(dtype, 1) : Expr.imm(dtype, 0);
      Range dom = new Range(min, Expr.imm(dtype, random.nextInt(1, 9)));
      IterVar.Kind kind =
          pick(
              List.of(
                  IterVar.Kind.SPATIAL,
                  IterVar.Kind.REDUCE,
                  IterVar.Kind.SCAN,
                  IterVar.Kind.OPAQUE));
      axes.add(new IterVar(dom, Var.of(name(), dtype), kind, null));
      values.add(expr(maybe(5) ? DType.INT64 : dtype, 2));
    }
    List<BufferRegion> reads = regions();
    List<BufferRegion> writes = regions();
    List<Buffer> allocations =
        maybe(2)
            ? List.of()
            : List.of(Buffer.of(name(), pick(NUMBERS), Scope.LOCAL, Expr.int32s(4)));
    List<MatchBufferRegion> matches = maybe(2) ? List.of() : List.of(view());
    int known = vars.size();
    int knownBuffers = buffers.size();
    axes.forEach(axis -> vars.add(axis.var()));
    List<BufferRegion> inner = maybe(2) ? reads : regions();
    allocations.forEach(buffers::add);
    matches.forEach(match -> buffers.add(match.buffer()));
    Map<String, AttrValue> annotations = annotations();
    Stmt init = maybe(2) ? null : body(depth - 1);
    Stmt body = body(depth);
    vars.subList(known, vars.size()).clear();
    buffers.subList(knownBuffers, buffers.size()).clear();
    Stmt.Block block =
        new Stmt.Block(
            maybe(3) ? "root" : name(),
            axes,
            inner,
            writes,
            allocations,
            matches,
            annotations,
            init,
            body);
    Expr predicate = maybe(2) ? Expr.bool(true) : expr(DType.BOOL, 2);
    return new Stmt.BlockRealize(values, predicate, block);
  }

  private List<BufferRegion> regions() {
    List<BufferRegion> regions = new ArrayList<>();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      regions.add(region(pick(buffers)));
    }
    return regions;
  }

  private BufferRegion region(Buffer buffer) {
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < buffer.rank(); i++) {
      DType dtype = maybe(4) ? DType.INT64 : DType.INT32;
      Expr min = expr(dtype, 2);
      ranges.add(
          switch (random.nextInt(4)) {
            case 0 -> Range.point(min);
            case 1 -> new Range(Expr.imm(dtype, 0), Expr.imm(dtype, 4));
            case 2 -> new Range(min, Expr.imm(DType.INT32, random.nextInt(0, 5)));
            default -> new Range(min, expr(dtype, 2));
          });
    }
    return new BufferRegion(buffer, ranges);
  }

  private MatchBufferRegion view() {
    Buffer source = pick(buffers);
    Buffer buffer =
        new Buffer(
            Var.pointer("view", source.dtype(), source.scope()),
            source.dtype(),
            Expr.int32s(2, 2),
            List.of(Var.int32("s0"), Expr.int32(1)),
            Var.int32("offset"),
            name(),
            Buffer.DEFAULT_ALIGNMENT,
            8,
            List.of());
    return new MatchBufferRegion(buffer, region(source));
  }

  private Stmt store() {
    Buffer buffer = pick(buffers);
    int lanes = maybe(4) && buffer.rank() > 0 ? 4 : 1;
    List<Expr> indices = indices(buffer, lanes, 2);
    Expr mask = lanes > 1 && maybe(3) ? new Expr.Broadcast(expr(DType.BOOL, 1), lanes) : null;
    return new Stmt.Store(buffer, expr(buffer.dtype().withLanes(lanes), 3), indices, mask);
  }
}
