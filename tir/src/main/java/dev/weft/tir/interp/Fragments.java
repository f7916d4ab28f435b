package dev.weft.tir.interp;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Scope;
import dev.weft.tir.Var;
import java.util.List;

/**
 * The matrix operations of a warp ({@code T.tvm_mma_sync} and those around it), carried out as a
 * whole. A buffer in a scope of fragments holds one matrix after the other, each row by row: A is m
 * × k, B is k × n, accumulators are m × n.
 */
final class Fragments {
  private final ExprCompiler exprs;

  Fragments(ExprCompiler exprs) {
    this.exprs = exprs;
  }

  static boolean isMatrixOperation(Intrinsic intrinsic) {
    return intrinsic == Intrinsic.WMMA_FILL
        || intrinsic == Intrinsic.WMMA_LOAD
        || intrinsic == Intrinsic.WMMA_STORE
        || intrinsic == Intrinsic.WMMA_MMA;
  }

  Eval compile(Intrinsic intrinsic, List<Expr> args) {
    Step step =
        intrinsic == Intrinsic.WMMA_MMA
            ? multiply(args)
            : intrinsic == Intrinsic.WMMA_FILL ? fill(args) : move(intrinsic, args);
    return Eval.ofObject(
        f -> {
          step.run(f);
          return 0L;
        });
  }

  private interface Step {
    void run(Frame frame);
  }

  /** A matrix within a buffer of fragments. */
  private record Matrix(Pointer start, int rows, int columns) {
    long at(int row, int column) {
      return (long) row * columns + column;
    }
  }

  private interface Place {
    Matrix in(Frame frame);
  }

  /** The fragment that {@code (data, m, n, k, index)} name. */
  private Place place(List<Expr> args) {
    Eval data = exprs.compile(args.get(0));
    Eval index = exprs.compile(args.get(4));
    int m = constant(args.get(1));
    int n = constant(args.get(2));
    int k = constant(args.get(3));
    Scope scope = scope(args.get(0));
    int rows = scope.rank() == Scope.Rank.WMMA_MATRIX_B ? k : m;
    int columns = scope.rank() == Scope.Rank.WMMA_MATRIX_A ? k : n;
    return f -> {
      Memory memory = memory(f, data);
      memory.tile = new int[] {m, n, k};
      return matrix(memory, index.asLong(f), rows, columns);
    };
  }

  private static Matrix matrix(Memory memory, long index, int rows, int columns) {
    return new Matrix(
        new Pointer(memory, 0, memory.element).plus(index * rows * columns), rows, columns);
  }

  private static Memory memory(Frame frame, Eval data) {
    return switch (data.asObject(frame)) {
      case Memory memory -> memory;
      case Pointer pointer when pointer.byteOffset == 0 -> pointer.memory;
      default -> throw frame.error("a fragment's pointer is not the start of a buffer", "");
    };
  }

  private static Scope scope(Expr data) {
    if (data instanceof Var v && v.pointerType() != null) {
      return v.pointerType().scope();
    }
    throw new InterpreterException("a fragment must be named by its buffer's pointer", "", "");
  }

  private static int constant(Expr e) {
    if (e instanceof Expr.IntImm imm) {
      return Math.toIntExact(imm.value());
    }
    throw new InterpreterException("the shape of a fragment must be constant", "", "");
  }

  private Step fill(List<Expr> args) {
    Place to = place(args);
    Eval value = exprs.compile(args.get(5));
    boolean isFloat = args.get(5).dtype().isFloat();
    return f -> {
      Matrix matrix = to.in(f);
      for (int i = 0; i < matrix.rows() * matrix.columns(); i++) {
        if (isFloat) {
          matrix.start().set(i, value.asDouble(f, 0));
        } else {
          matrix.start().setLong(i, value.asLong(f, 0));
        }
      }
    };
  }

  /** {@code (…, pointer, stride, layout)}: a load or store of one fragment. */
  private Step move(Intrinsic intrinsic, List<Expr> args) {
    Place fragment = place(args);
    Eval memory = exprs.compile(args.get(5));
    Eval stride = exprs.compile(args.get(6));
    boolean byRows =
        !(args.get(7) instanceof Expr.StringImm(String layout)) || layout.equals("row_major");
    boolean load = intrinsic == Intrinsic.WMMA_LOAD;
    return f -> {
      Matrix matrix = fragment.in(f);
      if (!(memory.asObject(f) instanceof Pointer other)) {
        throw f.error("T." + intrinsic.text + " of a pointer without memory", "");
      }
      long step = stride.asLong(f);
      for (int i = 0; i < matrix.rows(); i++) {
        for (int j = 0; j < matrix.columns(); j++) {
          long at = byRows ? i * step + j : j * step + i;
          if (load) {
            matrix.start().set(matrix.at(i, j), other.get(at));
          } else {
            other.set(at, matrix.start().get(matrix.at(i, j)));
          }
        }
      }
    };
  }

  /** {@code (D, d, A, a, B, b, C, c)}: D = A · B + C, rounded to C's type after each step. */
  private Step multiply(List<Expr> args) {
    Eval[] data = new Eval[4];
    Eval[] index = new Eval[4];
    for (int i = 0; i < 4; i++) {
      data[i] = exprs.compile(args.get(2 * i));
      index[i] = exprs.compile(args.get(2 * i + 1));
    }
    return f -> {
      Memory[] memory = new Memory[4];
      for (int i = 0; i < 4; i++) {
        memory[i] = memory(f, data[i]);
      }
      int[] tile = memory[1].tile;
      if (tile == null) {
        throw f.error("'" + memory[1].name + "' holds no fragment yet", "load it before");
      }
      Matrix d = matrix(memory[0], index[0].asLong(f), tile[0], tile[1]);
      Matrix a = matrix(memory[1], index[1].asLong(f), tile[0], tile[2]);
      Matrix b = matrix(memory[2], index[2].asLong(f), tile[2], tile[1]);
      Matrix c = matrix(memory[3], index[3].asLong(f), tile[0], tile[1]);
      memory[0].tile = tile;
      multiply(d, a, b, c);
    };
  }

  private static void multiply(Matrix d, Matrix a, Matrix b, Matrix c) {
    DType sumType = c.start().element();
    double[] sums = new double[d.rows() * d.columns()];
    for (int i = 0; i < d.rows(); i++) {
      for (int j = 0; j < d.columns(); j++) {
        double sum = c.start().get(c.at(i, j));
        for (int k = 0; k < a.columns(); k++) {
          double product = a.start().get(a.at(i, k)) * b.start().get(b.at(k, j));
          sum =
              sumType.isFloat()
                  ? Scalars.round(sumType, sum + product)
                  : Scalars.wrap(sumType, (long) sum + (long) product);
        }
        sums[i * d.columns() + j] = sum;
      }
    }
    for (int i = 0; i < sums.length; i++) {
      d.start().set(i, sums[i]);
    }
  }
}
