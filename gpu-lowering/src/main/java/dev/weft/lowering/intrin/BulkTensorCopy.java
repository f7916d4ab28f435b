package dev.weft.lowering.intrin;

import dev.weft.base.DType;
import dev.weft.lowering.LoweringException;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;

/**
 * A copy of a box of a tensor between global and shared memory by the copy engine of sm_90 and
 * later ({@code cp.async.bulk.tensor}, "TMA"): one thread starts it. Elements of the box beyond the
 * tensor read as zero and are not written. A load completes on a barrier object; a store is through
 * when the call is.
 *
 * <pre>{@code
 * T.ptx_cp_async_bulk_tensor("load", S.data, offset, barrier, A.data, swizzle, rank,
 *     shape…, strides…, box…, coordinates…)
 * }</pre>
 *
 * <p>Dimensions are in the order of TensorIR: the last one is contiguous.
 *
 * @param isLoad whether from global to shared memory
 * @param shared shared memory
 * @param offset of the box in it, in elements
 * @param barrier the barrier object that a load completes on
 * @param map what the copy engine is told of the tensor
 * @param coordinates of the box's first element
 */
public record BulkTensorCopy(
    boolean isLoad, Var shared, Expr offset, Expr barrier, Map map, List<Expr> coordinates) {
  /** Copies the list. */
  public BulkTensorCopy {
    coordinates = List.copyOf(coordinates);
  }

  /**
   * A tensor and its boxes.
   *
   * @param global the tensor's memory
   * @param swizzle bytes of the pattern that rows in shared memory are permuted by: 0, 32, 64, 128
   * @param shape elements in each dimension
   * @param strides elements between neighbours in each dimension; 1 in the last
   * @param box elements of a box in each dimension, up to 256
   */
  public record Map(
      Var global, int swizzle, List<Long> shape, List<Long> strides, List<Integer> box) {
    /** Bytes that strides and addresses are multiples of. */
    private static final int GRAIN = 16;

    private static final int MOST = 256;

    /** Checks what the copy engine asks for ("CUDA Driver API", cuTensorMapEncodeTiled). */
    public Map {
      shape = List.copyOf(shape);
      strides = List.copyOf(strides);
      box = List.copyOf(box);
      int rank = shape.size();
      int bytes = element(global).bytes();
      int row = box.isEmpty() ? 0 : box.getLast() * bytes;
      String wrong = null;
      if (rank < 1 || rank > 5 || strides.size() != rank || box.size() != rank) {
        wrong = "it has " + rank + " dimensions, not 1 to 5";
      } else if (strides.getLast() != 1) {
        wrong = "its last dimension is not contiguous";
      } else if (box.stream().anyMatch(n -> n < 1 || n > MOST)) {
        wrong = "its box " + box + " has more than " + MOST + " elements in a dimension";
      } else if (row % GRAIN != 0 || (swizzle != 0 && row > swizzle)) {
        wrong = "a row of its box has " + row + " bytes, with a swizzle of " + swizzle;
      } else if (strides.subList(0, rank - 1).stream().anyMatch(s -> s * bytes % GRAIN != 0)) {
        wrong = "its strides " + strides + " are no multiples of " + GRAIN + " bytes";
      } else if (swizzle != 0 && swizzle != 32 && swizzle != 64 && swizzle != 128) {
        wrong = "its swizzle is " + swizzle + ", not 0, 32, 64 or 128";
      }
      if (wrong != null) {
        throw new LoweringException(
            "the tensor '" + global.name() + "' can't be copied in bulk: " + wrong,
            global.name(),
            "copy it with cp.async, or pad its rows");
      }
    }

    /** The type of its elements. */
    public DType dtype() {
      return element(global);
    }

    /** Bytes of a box. */
    public int boxBytes() {
      return box.stream().reduce(1, (a, b) -> a * b) * dtype().bytes();
    }

    /** The byte of shared memory, counted from a multiple of 1024, that a byte of a box lies at. */
    public long place(long at) {
      return swizzle == 0 ? at : at ^ (at >> 7 & (swizzle / GRAIN - 1)) << 4;
    }
  }

  private static DType element(Var pointer) {
    Var.PointerType type = pointer.pointerType();
    if (type == null) {
      throw refuse("'" + pointer.name() + "' is no pointer");
    }
    return type.element().scalar();
  }

  private static LoweringException refuse(String what) {
    return new LoweringException(
        "a bulk tensor copy: " + what,
        "",
        "write T.ptx_cp_async_bulk_tensor as BulkTensorCopy does");
  }

  /** What a call of {@code T.ptx_cp_async_bulk_tensor} says. */
  public static BulkTensorCopy of(Expr.Call call) {
    List<Expr> args = call.args();
    if (args.size() < 7
        || !(args.get(0) instanceof Expr.StringImm(String direction))
        || !(args.get(1) instanceof Var shared)
        || !(args.get(4) instanceof Var global)
        || (!direction.equals("load") && !direction.equals("store"))) {
      throw refuse("its arguments are " + args);
    }
    int rank = (int) constant(args.get(6));
    if (args.size() != 7 + 4 * rank) {
      throw refuse(rank + " dimensions and " + args.size() + " arguments");
    }
    Map map =
        new Map(
            global,
            (int) constant(args.get(5)),
            constants(args.subList(7, 7 + rank)),
            constants(args.subList(7 + rank, 7 + 2 * rank)),
            constants(args.subList(7 + 2 * rank, 7 + 3 * rank)).stream()
                .map(Math::toIntExact)
                .toList());
    return new BulkTensorCopy(
        direction.equals("load"),
        shared,
        args.get(2),
        args.get(3),
        map,
        args.subList(7 + 3 * rank, 7 + 4 * rank));
  }

  /** The call. */
  public Expr.Call call() {
    List<Expr> args = new ArrayList<>();
    args.add(new Expr.StringImm(isLoad ? "load" : "store"));
    args.addAll(List.of(shared, offset, barrier, map.global, Expr.int32(map.swizzle)));
    args.add(Expr.int32(map.shape.size()));
    map.shape.forEach(n -> args.add(Expr.int32(n)));
    map.strides.forEach(n -> args.add(Expr.int32(n)));
    map.box.forEach(n -> args.add(Expr.int32(n)));
    args.addAll(coordinates);
    return new Expr.Call(DType.VOID, Intrinsic.PTX_CP_ASYNC_BULK_TENSOR, args);
  }

  private static List<Long> constants(List<Expr> exprs) {
    return exprs.stream().map(BulkTensorCopy::constant).toList();
  }

  private static long constant(Expr expr) {
    if (expr instanceof Expr.IntImm(DType type, long value)) {
      return value;
    }
    throw refuse("'" + expr + "' is not constant");
  }
}
