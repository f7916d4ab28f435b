package dev.weft.lowering.pass;

import dev.weft.lowering.Pass;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes out unrolled loops. Loops whose body would become too long stay loops, marked for the
 * device's compiler to unroll.
 *
 * <pre>{@code
 * for i in T.unroll(2):     →   C[0] = A[0]
 *     C[i] = A[i]               C[1] = A[1]
 * }</pre>
 *
 * <p>A loop annotated {@code pragma_auto_unroll_max_step = n} has the serial loops in it unrolled
 * that make at most n steps together. Where an array of a thread is indexed by constants in one
 * place and by a loop in another, that loop is written out, too: the array can become variables.
 */
public final class UnrollLoops implements Pass {
  private static final String AUTO = "pragma_auto_unroll_max_step";
  private static final String EXPLICIT = "pragma_unroll_explicit";

  /** Statements that written-out loops may have together. */
  private static final long MOST_STATEMENTS = 512;

  @Override
  public String name() {
    return "unroll_loops";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    Stmt asMarked = new Unroller(Set.of()).stmt(function.body());
    Registers registers = new Registers();
    registers.stmt(asMarked);
    return function.withBody(
        registers.named.isEmpty() ? asMarked : new Unroller(registers.named).stmt(asMarked));
  }

  /** The arrays of a thread that are indexed by a constant somewhere: variables in disguise. */
  private static final class Registers extends IrWalker {
    final Set<Buffer> named = new HashSet<>();

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Store store) {
        access(store.buffer(), store.indices().get(0));
      }
      super.stmt(node);
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load load) {
        access(load.buffer(), load.indices().get(0));
      }
      super.expr(node);
    }

    private void access(Buffer buffer, Expr index) {
      boolean constant = isConstant(index instanceof Expr.Ramp ramp ? ramp.base() : index);
      boolean several = buffer.shape().size() == 1 && !buffer.shape().get(0).isConst(1);
      if (constant && several && buffer.scope().rank() == Scope.Rank.LOCAL) {
        named.add(buffer);
      }
    }
  }

  /** Whether the expression has a value that is known, though nobody has worked it out yet. */
  private static boolean isConstant(Expr e) {
    boolean[] constant = {true};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        constant[0] &= !(node instanceof Var || node instanceof Expr.Load);
        super.expr(node);
      }
    }.expr(e);
    return constant[0];
  }

  /** Whether a loop's variable picks among variables in disguise. */
  private static boolean indexes(Stmt.For loop, Set<Buffer> registers) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Store store) {
          access(store.buffer(), store.indices());
        }
        super.stmt(node);
      }

      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Load load) {
          access(load.buffer(), load.indices());
        }
        super.expr(node);
      }

      private void access(Buffer buffer, List<Expr> indices) {
        if (registers.contains(buffer)) {
          new IrWalker() {
            @Override
            public void expr(Expr node) {
              found[0] |= loop.var().equals(node);
              super.expr(node);
            }
          }.expr(indices.get(0));
        }
      }
    }.stmt(loop.body());
    return found[0];
  }

  private static final class Unroller extends IrRewriter {
    private final Set<Buffer> registers;
    private long autoSteps;

    Unroller(Set<Buffer> registers) {
      this.registers = registers;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (!(node instanceof Stmt.For f)) {
        return super.stmt(node);
      }
      long before = autoSteps;
      autoSteps = annotation(f, AUTO, autoSteps);
      Stmt.For loop = (Stmt.For) super.stmt(f);
      long steps = autoSteps;
      autoSteps = before;
      if (loop.annotations().containsKey(AUTO) || loop.annotations().containsKey(EXPLICIT)) {
        Map<String, AttrValue> rest = new HashMap<>(loop.annotations());
        rest.remove(AUTO);
        rest.remove(EXPLICIT);
        loop = loop.withAnnotations(rest);
      }
      if (!(loop.extent() instanceof Expr.IntImm extent)) {
        return loop;
      }
      Size size = Size.of(loop.body());
      long statements = size.statements * extent.value();
      boolean wanted =
          loop.kind() == ForKind.UNROLLED
              || (loop.kind() == ForKind.SERIAL && steps > 0 && statements <= steps)
              || (!registers.isEmpty() && indexes(loop, registers));
      boolean possible = statements <= MOST_STATEMENTS && !size.allocates;
      return wanted && possible ? written(loop, extent.value()) : loop;
    }

    private static long annotation(Stmt.For f, String key, long otherwise) {
      return f.annotations().get(key) instanceof Expr.IntImm imm ? imm.value() : otherwise;
    }

    private static Stmt written(Stmt.For loop, long extent) {
      List<Stmt> all = new ArrayList<>();
      for (long i = 0; i < extent; i++) {
        Expr value = Expr.add(loop.min(), i);
        Stmt body = Substitute.in(loop.body(), Map.of(loop.var(), value));
        all.add(i == 0 ? body : FreshCopy.of(body));
      }
      return Stmt.seq(all);
    }
  }

  /** How long a body is. */
  private static final class Size extends IrWalker {
    long statements;
    boolean allocates;

    static Size of(Stmt stmt) {
      Size size = new Size();
      size.stmt(stmt);
      return size;
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Store || node instanceof Stmt.Evaluate) {
        statements++;
      }
      allocates |= node instanceof Stmt.Allocate || node instanceof Stmt.AllocateConst;
      super.stmt(node);
    }
  }
}
