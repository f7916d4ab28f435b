package dev.weft.lowering.intrin;

import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.List;

/**
 * Which lane of a warp holds an element of a matrix that {@code mma.sync} multiplies or adds to,
 * and in which of its registers ("Matrix Fragments for mma.m*n*k*" in the PTX ISA). A fragment is a
 * buffer of 32 lanes by {@link #registers()} elements in {@code warp} memory.
 *
 * @param order how lanes and registers run over the matrix as it is stored
 * @param together neighbours along the sum that a 32-bit register holds: 4, 2 or 1; 2 for sums
 * @param depth elements of a row (or column) that four lanes share: for factors, 32 bytes along the
 *     sum
 */
public record FragmentLayout(Order order, int together, int depth) {
  /** Lanes of a warp. */
  public static final int LANES = 32;

  /** The layout of 16 by 16 sums. */
  public static final FragmentLayout SUMS = new FragmentLayout(Order.ROWS, 2, 16);

  /** How lanes and registers run over a matrix. */
  public enum Order {
    /**
     * Every four lanes share a row. Left factors and sums lie so. TVM's intrinsics name the
     * elements of all factors that {@code ldmatrix} loads like this, in the order in which they are
     * stored; where it turns them, loads and products agree on the names, but the elements lie
     * elsewhere, so nothing but a product may read such a fragment.
     */
    ROWS,
    /** Every four lanes share a column: a left factor that is stored transposed. */
    COLUMNS_OF_LEFT,
    /** Every four lanes share a column: a right factor that is stored by rows. */
    COLUMNS_OF_RIGHT
  }

  /** Rows of the matrix as it is stored. */
  public int rows() {
    return order == Order.ROWS ? 16 : depth();
  }

  /** Columns of the matrix as it is stored. */
  public int columns() {
    return order == Order.ROWS ? depth() : 16;
  }

  /** Elements that a lane holds. */
  public int registers() {
    return 16 * depth() / LANES;
  }

  /** The lane that holds an element. */
  public Expr lane(Expr row, Expr column) {
    Expr along = order == Order.ROWS ? row : column;
    Expr within = order == Order.ROWS ? column : row;
    return Expr.add(
        Expr.mul(Expr.floorMod(along, 8), 4),
        Expr.floorDiv(Expr.floorMod(within, 4L * together), together));
  }

  /** Which of the lane's elements it is. */
  public Expr register(Expr row, Expr column) {
    Expr along = order == Order.ROWS ? row : column;
    Expr within = order == Order.ROWS ? column : row;
    boolean sumFirst = order == Order.COLUMNS_OF_RIGHT;
    return Expr.add(
        Expr.add(
            Expr.mul(Expr.floorDiv(within, 4L * together), sumFirst ? together : 2L * together),
            Expr.mul(Expr.floorDiv(along, 8), sumFirst ? 2L * together : together)),
        Expr.floorMod(within, together));
  }

  /** The row of an element of a lane: the reverse of {@link #lane} and {@link #register}. */
  public Expr row(Expr lane, Expr register) {
    return order == Order.ROWS ? along(lane, register) : within(lane, register);
  }

  /** The column of an element of a lane. */
  public Expr column(Expr lane, Expr register) {
    return order == Order.ROWS ? within(lane, register) : along(lane, register);
  }

  private Expr along(Expr lane, Expr register) {
    Expr half =
        order == Order.COLUMNS_OF_RIGHT
            ? Expr.floorDiv(register, 2L * together)
            : Expr.floorMod(Expr.floorDiv(register, together), 2);
    return Expr.add(Expr.mul(half, 8), Expr.floorDiv(lane, 4));
  }

  private Expr within(Expr lane, Expr register) {
    Expr half =
        order == Order.COLUMNS_OF_RIGHT
            ? Expr.floorMod(Expr.floorDiv(register, together), 2)
            : Expr.floorDiv(register, 2L * together);
    return Expr.add(
        Expr.add(Expr.mul(half, 4L * together), Expr.mul(Expr.floorMod(lane, 4), (long) together)),
        Expr.floorMod(register, together));
  }

  /**
   * The layout of a buffer that is made of such matrices: its dimensions {@code rowAt} and {@code
   * columnAt} count them, and two more dimensions behind all others are lane and register.
   *
   * @param rank dimensions of the buffer
   */
  public IndexMap map(int rank, int rowAt, int columnAt) {
    List<Var> inputs = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      inputs.add(Var.int32("i" + i));
    }
    List<Expr> outputs = new ArrayList<>(inputs);
    Var row = inputs.get(rowAt);
    Var column = inputs.get(columnAt);
    outputs.set(rowAt, Expr.floorDiv(row, rows()));
    outputs.set(columnAt, Expr.floorDiv(column, columns()));
    Expr inRow = Expr.floorMod(row, rows());
    Expr inColumn = Expr.floorMod(column, columns());
    outputs.add(lane(inRow, inColumn));
    outputs.add(register(inRow, inColumn));
    return new IndexMap(inputs, outputs);
  }
}
