package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.ModularSet;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Permutes the pieces of 16 bytes within the rows of shared memory that a block annotated {@code
 * permuted_layout} fills: piece p of row r lies where piece {@code p xor r} would. Threads that
 * access one column of successive rows then meet in different banks, and no memory is lost to
 * padding (the layout of CUTLASS's and TVM's permuted shared memory).
 *
 * <pre>{@code
 * S[r*64 + c]   →   S[r*64 + ((c//8) ^ (r%8))*8 + c%8]     # float16, rows of 128 bytes
 * }</pre>
 *
 * <p>Rows of 32, 64 and 128 bytes repeat after 2, 4 and 8 pieces; longer rows, of a multiple of 128
 * bytes, are permuted in parts of 128.
 */
public final class SwizzleSharedMemory implements Pass {
  /** The annotation of a block; on an allocation, the length of a row in elements. */
  public static final String PERMUTED = "permuted_layout";

  private static final int PIECE = 16;
  private static final int BANKS = 128;

  @Override
  public String name() {
    return "swizzle_shared_memory";
  }

  /** What an allocation says if a block within asks for the buffer that it fills. */
  static Map<String, AttrValue> marks(Buffer buffer, Stmt.Block within) {
    if (buffer.scope().rank() != Scope.Rank.SHARED || buffer.rank() < 2) {
      return Map.of();
    }
    boolean[] asked = {false};
    new IrWalker() {
      private int marked;

      @Override
      public void stmt(Stmt node) {
        boolean marks =
            node instanceof Stmt.Block block
                && block.annotations().get(PERMUTED) instanceof Expr.IntImm imm
                && imm.value() != 0;
        marked += marks ? 1 : 0;
        asked[0] |= marked > 0 && node instanceof Stmt.Store s && s.buffer().equals(buffer);
        super.stmt(node);
        marked -= marks ? 1 : 0;
      }
    }.stmt(within);
    Expr row =
        buffer.strides().isEmpty()
            ? buffer.shape().getLast()
            : buffer.strides().get(buffer.rank() - 2);
    return asked[0] ? Map.of(PERMUTED, row) : Map.of();
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(new Swizzler(function.globalSymbol("main")).stmt(function.body()));
  }

  /** How the rows of a buffer are permuted, in elements. */
  private record Layout(long row, long piece, long pieces) {
    Expr index(Expr flat) {
      Expr r = Expr.floorDiv(flat, row);
      Expr c = Expr.floorMod(flat, row);
      // Rows shorter than 128 bytes share a round of the banks.
      Expr turn = Expr.floorMod(Expr.floorDiv(r, rowsTogether()), pieces);
      Expr part = Expr.floorDiv(c, piece * pieces);
      Expr p = Expr.floorMod(Expr.floorDiv(c, piece), pieces);
      Expr turned = Expr.Call.of(p.dtype(), Intrinsic.BITWISE_XOR, p, turn);
      return Expr.add(
          Expr.add(Expr.mul(r, row), Expr.mul(part, piece * pieces)),
          Expr.add(Expr.mul(turned, piece), Expr.floorMod(c, piece)));
    }

    private long rowsTogether() {
      return Math.max(1, 8 / pieces);
    }
  }

  private static final class Swizzler extends IrRewriter {
    private final String function;
    private final Map<Var, Layout> layouts = new HashMap<>();
    private final Analyzer analyzer = new Analyzer();

    Swizzler(String function) {
      this.function = function;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.For f) {
        analyzer.bind(f.var(), new Range(f.min(), f.extent()));
      } else if (node instanceof Stmt.Attr(IterVar axis, var key, var extent, var body)) {
        analyzer.bind(axis.var(), Range.upTo(Expr.cast(axis.var().dtype(), extent)));
      }
      if (node instanceof Stmt.Allocate a && a.annotations().containsKey(PERMUTED)) {
        layouts.put(a.data(), layout(a));
        Map<String, AttrValue> rest = new LinkedHashMap<>(a.annotations());
        rest.remove(PERMUTED);
        return new Stmt.Allocate(
            a.data(), a.dtype(), a.extents(), a.condition(), rest, stmt(a.body()));
      }
      Stmt mapped = super.stmt(node);
      return mapped instanceof Stmt.Store(Buffer buffer, var value, var indices, var predicate)
              && layouts.get(buffer.data()) instanceof Layout layout
          ? new Stmt.Store(buffer, value, List.of(index(indices.getFirst(), layout)), predicate)
          : mapped;
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      if (mapped instanceof Expr.Load(Buffer buffer, var indices, var predicate)
          && layouts.get(buffer.data()) instanceof Layout layout) {
        return new Expr.Load(buffer, List.of(index(indices.getFirst(), layout)), predicate);
      }
      return mapped instanceof Expr.Call call ? pointers(call) : mapped;
    }

    /** {@code ldmatrix} names single rows of 16 bytes; others would run across pieces. */
    private Expr pointers(Expr.Call call) {
      List<Expr> args = new ArrayList<>(call.args());
      for (int i = 0; i < args.size(); i++) {
        if (!(args.get(i) instanceof Var v) || !(layouts.get(v) instanceof Layout layout)) {
          continue;
        }
        if (call.is(Intrinsic.PTX_WGMMA) && layout.row == layout.piece * layout.pieces) {
          // The hardware permutes rows of 128 bytes itself.
          continue;
        }
        if (!call.is(Intrinsic.PTX_LDMATRIX) && !call.is(Intrinsic.PTX_CP_ASYNC)) {
          throw new LoweringException(
              "the permuted shared memory '" + v.name() + "' is passed to " + call.callee(),
              function,
              "drop " + PERMUTED + ", or load with ptx_ldmatrix");
        }
        args.set(i + 1, index(args.get(i + 1), layout));
      }
      return new Expr.Call(call.dtype(), call.callee(), args);
    }

    /** Where elements are; those of a vector stay together, within one piece. */
    private Expr index(Expr index, Layout layout) {
      if (index.dtype().lanes() == 1) {
        return analyzer.simplify(layout.index(index));
      }
      if (index instanceof Expr.Ramp(Expr base, Expr stride, int lanes)
          && stride.isConst(1)
          && layout.piece % lanes == 0) {
        ModularSet set = analyzer.modularSet(base);
        if (set.fixes(lanes) && set.base() % lanes == 0) {
          return new Expr.Ramp(analyzer.simplify(layout.index(base)), stride, lanes);
        }
      }
      throw new LoweringException(
          "a vector of " + index.dtype().lanes() + " elements runs across permuted pieces",
          function,
          "vectorize accesses of memory with " + PERMUTED + " by " + layout.piece + " or less");
    }

    private Layout layout(Stmt.Allocate a) {
      DType dtype = a.dtype();
      long row = a.annotations().get(PERMUTED) instanceof Expr.IntImm imm ? imm.value() : 0;
      long bytes = row * dtype.bytes();
      boolean isPower = bytes == 32 || bytes == 64 || (bytes > 0 && bytes % BANKS == 0);
      if (!isPower || PIECE % dtype.bytes() != 0) {
        throw new LoweringException(
            "the rows of '" + a.data().name() + "' have " + bytes + " bytes",
            function,
            PERMUTED + " needs rows of 32, 64 or a multiple of 128 bytes");
      }
      long piece = PIECE / dtype.bytes();
      return new Layout(row, piece, Math.min(8, bytes / PIECE));
    }
  }
}
