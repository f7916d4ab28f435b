package dev.weft.lowering;

import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the arrays of a kernel lie in the shared memory of a block, one behind the other.
 *
 * @param places the arrays, in the order in which the kernel allocates them
 * @param bytes what they take together
 */
public record SharedLayout(List<Place> places, long bytes) {
  /** What a kernel may declare on CUDA; more than that is asked for at the launch. */
  public static final long STATIC_LIMIT = 48L << 10;

  /** What arrays begin at a multiple of in bytes: what the bulk copies of sm_90 need. */
  public static final long ALIGNMENT = 128;

  private static final long SWIZZLED = 1024;

  /** An array and its first byte, a multiple of {@link #ALIGNMENT}. */
  public record Place(Stmt.Allocate array, long offset) {}

  /** Copies the list. */
  public SharedLayout {
    places = List.copyOf(places);
  }

  /**
   * The layout of a kernel in device form.
   *
   * @throws LoweringException if an array has no constant size
   */
  public static SharedLayout of(Stmt body) {
    List<Place> places = new ArrayList<>();
    long[] end = {0};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Allocate allocate && isShared(allocate)) {
          long bytes = size(allocate);
          long alignment = alignment(bytes);
          long offset = Math.ceilDiv(end[0], alignment) * alignment;
          places.add(new Place(allocate, offset));
          end[0] = offset + Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
        }
        super.stmt(node);
      }
    }.stmt(body);
    return new SharedLayout(places, end[0]);
  }

  /**
   * What an array of so many bytes begins at a multiple of. Tiles of rows of 128 bytes that the
   * hardware permutes eight by eight are whole multiples of eight rows.
   */
  public static long alignment(long bytes) {
    return bytes % SWIZZLED == 0 ? SWIZZLED : ALIGNMENT;
  }

  /** Whether the arrays are more than a CUDA kernel may declare. */
  public boolean isDynamic() {
    return bytes > STATIC_LIMIT;
  }

  /** What a CUDA launch has to ask for in bytes. */
  public long dynamicBytes() {
    return isDynamic() ? bytes : 0;
  }

  /** Whether an allocation is in memory that the threads of a block share. */
  public static boolean isShared(Stmt.Allocate allocate) {
    Var.PointerType type = allocate.data().pointerType();
    return type != null && type.scope().rank() == Scope.Rank.SHARED;
  }

  private static long size(Stmt.Allocate allocate) {
    long elements = 1;
    for (Expr extent : allocate.extents()) {
      if (!(extent instanceof Expr.IntImm size)) {
        throw new LoweringException(
            "shared memory '" + allocate.data().name() + "' has no constant size",
            allocate.data().name(),
            "tile the loops around it with constant factors");
      }
      elements *= size.value();
    }
    return elements * allocate.dtype().bytes();
  }
}
