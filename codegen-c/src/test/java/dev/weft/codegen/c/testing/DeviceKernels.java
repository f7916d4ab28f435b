package dev.weft.codegen.c.testing;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.LaunchArgument;
import dev.weft.runtime.plan.LaunchGeometry;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Kernels in device form, written by hand. */
public final class DeviceKernels {
  /** The block's position, {@code blockIdx.x}. */
  public static final Var BLOCK = Var.int32("blockIdx_x");

  /** The thread's position in its block, {@code threadIdx.x}. */
  public static final Var THREAD = Var.int32("threadIdx_x");

  private DeviceKernels() {}

  /** A kernel of {@code blocks × threads} threads over flat buffers. */
  public static KernelPlan plan(
      String name, long blocks, long threads, List<Buffer> params, List<Var> sizes, Stmt body) {
    Map<Var, Buffer> map = new LinkedHashMap<>();
    List<LaunchArgument> arguments = new ArrayList<>();
    for (Buffer buffer : params) {
      arguments.add(new LaunchArgument.FunctionBuffer(map.size()));
      map.put(Var.of(buffer.name() + "_handle", DType.HANDLE), buffer);
    }
    List<Var> all = new ArrayList<>(map.keySet());
    for (Var size : sizes) {
      all.add(size);
      arguments.add(new LaunchArgument.Size(IntExpr.symbol(size.name())));
    }
    Stmt threaded =
        thread(
            BLOCK,
            ThreadTag.BLOCK_IDX_X,
            blocks,
            thread(THREAD, ThreadTag.THREAD_IDX_X, threads, body));
    PrimFunc kernel =
        new PrimFunc(
            all,
            map,
            Map.of(
                PrimFunc.GLOBAL_SYMBOL,
                new Expr.StringImm(name),
                PrimFunc.NOALIAS,
                Expr.bool(true)),
            threaded);
    Launch launch =
        new Launch(kernel, arguments, LaunchGeometry.of(IntExpr.of(blocks), IntExpr.of(threads)));
    return new KernelPlan(name, kernel, List.of(launch), List.of());
  }

  private static Stmt thread(Var var, ThreadTag tag, long extent, Stmt body) {
    return new Stmt.Attr(
        IterVar.thread(Expr.int32(extent), var, tag), "thread_extent", Expr.int32(extent), body);
  }

  /** A flat buffer in global memory. */
  public static Buffer buffer(String name, DType dtype, long elements) {
    return Buffer.of(name, dtype, elements);
  }

  /** An allocation around a body. */
  public static Stmt allocate(Buffer buffer, Stmt body) {
    return new Stmt.Allocate(
        buffer.data(),
        buffer.dtype(),
        buffer.shape(),
        Expr.bool(true),
        Map.of(),
        new Stmt.DeclBuffer(buffer, body));
  }

  /** A flat buffer in another memory. */
  public static Buffer in(Scope scope, String name, DType dtype, long elements) {
    return Buffer.of(name, dtype, scope, Expr.int32s(elements));
  }

  /** A barrier of the threads of a block. */
  public static Stmt barrier() {
    return new Stmt.Evaluate(
        Expr.Call.of(DType.INT32, Intrinsic.STORAGE_SYNC, new Expr.StringImm("shared")));
  }

  /** Consecutive positions from {@code base}. */
  public static Expr ramp(Expr base, int lanes) {
    return new Expr.Ramp(base, Expr.int32(1), lanes);
  }
}
