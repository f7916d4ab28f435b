package dev.weft.lowering;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IterVar;
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
import org.jspecify.annotations.Nullable;

/** Functions as schedules leave them, built by hand: lowering is tested without the scheduler. */
public final class ScheduledFunctions {
  private ScheduledFunctions() {}

  /**
   * {@code C = A + B}, 128 threads a block, the last block partly idle if 128 does not divide n.
   */
  public static PrimFunc vectorAdd(int n, DType dtype) {
    Buffer a = Buffer.of("A", dtype, n);
    Buffer b = Buffer.of("B", dtype, n);
    Buffer c = Buffer.of("C", dtype, n);
    Var i0 = Var.int32("i_0");
    Var i1 = Var.int32("i_1");
    Var vi = Var.int32("vi");
    Expr i = Expr.add(Expr.mul(i0, 128), i1);
    Stmt body = new Stmt.Store(c, Expr.add(a.at(vi), b.at(vi)), List.of(vi));
    Expr inside = n % 128 == 0 ? Expr.bool(true) : Expr.lt(i, Expr.int32(n));
    Stmt block =
        block("C", List.of(IterVar.spatial(Expr.int32(n), vi)), List.of(i), inside, null, body);
    Stmt loops =
        bound(
            i0,
            (n + 127) / 128,
            ThreadTag.BLOCK_IDX_X,
            bound(i1, 128, ThreadTag.THREAD_IDX_X, block));
    return function("vector_add", List.of(a, b, c), List.of(), loops);
  }

  /** {@code C = A + B} over a symbolic size n, as an int32 dimension. */
  public static PrimFunc symbolicAdd() {
    Var n = Var.int32("n");
    Buffer a = Buffer.of("A", DType.FLOAT32, Scope.GLOBAL, List.of(n));
    Buffer b = Buffer.of("B", DType.FLOAT32, Scope.GLOBAL, List.of(n));
    Buffer c = Buffer.of("C", DType.FLOAT32, Scope.GLOBAL, List.of(n));
    Var i0 = Var.int32("i_0");
    Var i1 = Var.int32("i_1");
    Var vi = Var.int32("vi");
    Expr i = Expr.add(Expr.mul(i0, 64), i1);
    Stmt body = new Stmt.Store(c, Expr.add(a.at(vi), b.at(vi)), List.of(vi));
    Stmt block = block("C", List.of(IterVar.spatial(n, vi)), List.of(i), Expr.lt(i, n), null, body);
    Expr blocks = Expr.ceilDiv(n, Expr.int32(64));
    Stmt loops =
        new Stmt.For(
            i0,
            Expr.int32(0),
            blocks,
            ForKind.THREAD_BINDING,
            ThreadTag.BLOCK_IDX_X,
            Map.of(),
            bound(i1, 64, ThreadTag.THREAD_IDX_X, block));
    return function("symbolic_add", List.of(a, b, c), List.of(), loops);
  }

  /** Window sum of 3 with a cooperative stage in shared memory. */
  public static PrimFunc windowSum() {
    Buffer a = Buffer.of("A", DType.FLOAT32, 1027);
    Buffer b = Buffer.of("B", DType.FLOAT32, 1024);
    Buffer stage = a.inScope(Scope.SHARED, "A_shared");
    Var i0 = Var.int32("i_0");
    Var i1 = Var.int32("i_1");
    Var ax0 = Var.int32("ax0_0");
    Var ax1 = Var.int32("ax0_1");
    Var v0 = Var.int32("v0");
    Var vi = Var.int32("vi");
    Expr inTile = Expr.add(Expr.mul(ax0, 128), ax1);
    Stmt copy =
        block(
            "A_shared",
            List.of(IterVar.spatial(Expr.int32(1027), v0)),
            List.of(Expr.add(Expr.mul(i0, 128), inTile)),
            Expr.lt(inTile, Expr.int32(130)),
            null,
            new Stmt.Store(stage, a.at(v0), List.of(v0)));
    Expr sum =
        Expr.add(Expr.add(stage.at(vi), stage.at(Expr.add(vi, 1))), stage.at(Expr.add(vi, 2)));
    Stmt use =
        block(
            "B",
            List.of(IterVar.spatial(Expr.int32(1024), vi)),
            List.of(Expr.add(Expr.mul(i0, 128), i1)),
            Expr.bool(true),
            null,
            new Stmt.Store(b, sum, List.of(vi)));
    Stmt body =
        Stmt.seq(
            Stmt.For.serial(ax0, Expr.int32(2), bound(ax1, 128, ThreadTag.THREAD_IDX_X, copy)),
            use);
    Stmt loops = bound(i0, 8, ThreadTag.BLOCK_IDX_X, bound(i1, 128, ThreadTag.THREAD_IDX_X, body));
    return function("window_sum", List.of(a, b), List.of(stage), loops);
  }

  /**
   * Matrix product with a register tile of 8×8 and tiles of A and B in shared memory, fetched by 64
   * threads four elements at a time.
   */
  public static PrimFunc blockedMatmul(int n, DType dtype) {
    Buffer a = Buffer.of("A", dtype, n, n);
    Buffer b = Buffer.of("B", dtype, n, n);
    Buffer c = Buffer.of("C", dtype, n, n);
    Buffer cLocal = c.inScope(Scope.LOCAL, "C_local");
    Buffer aShared = a.inScope(Scope.SHARED, "A_shared");
    Buffer bShared = b.inScope(Scope.SHARED, "B_shared");
    Var i0 = Var.int32("i_0");
    Var j0 = Var.int32("j_0");
    Var t = Var.int32("i_1_j_1_fused");
    Expr row0 = Expr.add(Expr.mul(i0, 64), Expr.mul(Expr.floorDiv(t, 8), 8));
    Expr col0 = Expr.add(Expr.mul(j0, 64), Expr.mul(Expr.floorMod(t, 8), 8));
    Var k0 = Var.int32("k_0");

    Stmt init = registerTile(n, "C_init", row0, col0, null, cLocal, dtype, a, b);
    Var k1 = Var.int32("k_1");
    Stmt update =
        Stmt.For.serial(
            k1,
            Expr.int32(8),
            registerTile(
                n,
                "C_update",
                row0,
                col0,
                Expr.add(Expr.mul(k0, 8), k1),
                cLocal,
                dtype,
                aShared,
                bShared));
    Stmt k =
        Stmt.For.serial(
            k0,
            Expr.int32(n / 8),
            Stmt.seq(
                fetch(n, "A_shared", a, aShared, Expr.mul(i0, 64), Expr.mul(k0, 8), 8),
                fetch(n, "B_shared", b, bShared, Expr.mul(k0, 8), Expr.mul(j0, 64), 64),
                update));
    Var ax0 = Var.int32("ax0");
    Var ax1 = Var.int32("ax1");
    Var v0 = Var.int32("v0");
    Var v1 = Var.int32("v1");
    Stmt writeBack =
        grid(
            List.of(ax0, ax1),
            8,
            block(
                "C_local",
                List.of(IterVar.spatial(Expr.int32(n), v0), IterVar.spatial(Expr.int32(n), v1)),
                List.of(Expr.add(row0, ax0), Expr.add(col0, ax1)),
                Expr.bool(true),
                null,
                new Stmt.Store(c, cLocal.at(v0, v1), List.of(v0, v1))));
    Stmt loops =
        bound(
            i0,
            n / 64,
            ThreadTag.BLOCK_IDX_Y,
            bound(
                j0,
                n / 64,
                ThreadTag.BLOCK_IDX_X,
                bound(t, 64, ThreadTag.THREAD_IDX_X, Stmt.seq(init, k, writeBack))));
    return function("matmul", List.of(a, b, c), List.of(cLocal, aShared, bShared), loops);
  }

  private static Stmt registerTile(
      int n,
      String name,
      Expr row,
      Expr col,
      @Nullable Expr k,
      Buffer acc,
      DType dtype,
      Buffer a,
      Buffer b) {
    Var i2 = Var.int32(k == null ? "i_2_init" : "i_2");
    Var j2 = Var.int32(k == null ? "j_2_init" : "j_2");
    Var vi = Var.int32("vi");
    Var vj = Var.int32("vj");
    Var vk = Var.int32("vk");
    List<IterVar> axes = new ArrayList<>();
    axes.add(IterVar.spatial(Expr.int32(n), vi));
    axes.add(IterVar.spatial(Expr.int32(n), vj));
    List<Expr> values = new ArrayList<>(List.of(Expr.add(row, i2), Expr.add(col, j2)));
    Expr value = Expr.imm(dtype, 0.0);
    if (k != null) {
      axes.add(IterVar.reduce(Expr.int32(n), vk));
      values.add(k);
      value = Expr.add(acc.at(vi, vj), Expr.mul(a.at(vi, vk), b.at(vk, vj)));
    }
    Stmt store = new Stmt.Store(acc, value, List.of(vi, vj));
    return grid(List.of(i2, j2), 8, block(name, axes, values, Expr.bool(true), null, store));
  }

  private static Stmt fetch(
      int n, String name, Buffer from, Buffer to, Expr row, Expr col, int columns) {
    Var f = Var.int32("ax_f");
    Var t = Var.int32("ax_t");
    Var v = Var.int32("ax_v");
    Var v0 = Var.int32("v0");
    Var v1 = Var.int32("v1");
    Expr e = Expr.add(Expr.add(Expr.mul(f, 256), Expr.mul(t, 4)), v);
    Stmt copy =
        block(
            name,
            List.of(IterVar.spatial(Expr.int32(n), v0), IterVar.spatial(Expr.int32(n), v1)),
            List.of(
                Expr.add(row, Expr.floorDiv(e, columns)), Expr.add(col, Expr.floorMod(e, columns))),
            Expr.bool(true),
            null,
            new Stmt.Store(to, from.at(v0, v1), List.of(v0, v1)));
    Stmt vector =
        new Stmt.For(v, Expr.int32(0), Expr.int32(4), ForKind.VECTORIZED, null, Map.of(), copy);
    return Stmt.For.serial(f, Expr.int32(2), bound(t, 64, ThreadTag.THREAD_IDX_X, vector));
  }

  /** Loops of one extent around a statement. */
  public static Stmt grid(List<Var> vars, int extent, Stmt body) {
    Stmt result = body;
    for (Var v : vars.reversed()) {
      result = Stmt.For.serial(v, Expr.int32(extent), result);
    }
    return result;
  }

  /** A loop bound to a thread index. */
  public static Stmt bound(Var v, int extent, ThreadTag tag, Stmt body) {
    return new Stmt.For(
        v, Expr.int32(0), Expr.int32(extent), ForKind.THREAD_BINDING, tag, Map.of(), body);
  }

  /** A block in its place. */
  public static Stmt.BlockRealize block(
      String name,
      List<IterVar> axes,
      List<Expr> values,
      Expr predicate,
      @Nullable Stmt init,
      Stmt body) {
    List<BufferRegion> writes = new ArrayList<>();
    if (body instanceof Stmt.Store store) {
      List<Range> points = store.indices().stream().map(Range::point).toList();
      writes.add(new BufferRegion(store.buffer(), points));
    }
    Stmt.Block block =
        new Stmt.Block(name, axes, List.of(), writes, List.of(), List.of(), Map.of(), init, body);
    return new Stmt.BlockRealize(values, predicate, block);
  }

  /** A function of buffers with a root block. */
  public static PrimFunc function(
      String name, List<Buffer> params, List<Buffer> allocs, Stmt body) {
    List<Var> handles = new ArrayList<>();
    Map<Var, Buffer> map = new LinkedHashMap<>();
    for (Buffer buffer : params) {
      Var handle = Var.of(buffer.name().toLowerCase(java.util.Locale.ROOT), DType.HANDLE);
      handles.add(handle);
      map.put(handle, buffer);
    }
    Stmt.Block root =
        new Stmt.Block(
            "root", List.of(), List.of(), List.of(), allocs, List.of(), Map.of(), null, body);
    Map<String, AttrValue> attrs = new LinkedHashMap<>();
    attrs.put(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm(name));
    attrs.put(PrimFunc.NOALIAS, Expr.bool(true));
    return new PrimFunc(
        handles, map, attrs, new Stmt.BlockRealize(List.of(), Expr.bool(true), root));
  }
}
