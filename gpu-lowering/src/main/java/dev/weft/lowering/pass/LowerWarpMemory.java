package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
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
import dev.weft.tir.Substitute;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.target.Feature;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Memory that the threads of a warp share becomes registers: each lane keeps the elements that it
 * writes, and gets those of other lanes by shuffles.
 *
 * <pre>{@code
 * W = T.allocate([64], "float32", "warp")      W = T.allocate([2], "float32", "local")
 * for i in range(2):                           for i in range(2):
 *     W[tx*2 + i] = A[…]                   →       W[i] = A[…]
 * B[…] = W[(tx*2 + 2) % 64]                    B[…] = T.tvm_warp_shuffle(mask, W[0], (tx + 1) % 32, …)
 * }</pre>
 *
 * <p>A store must be to the lane's own part: {@code lane*m} and up to m elements from there, and
 * again every 32*m elements. Which register a load takes must be the same in all lanes.
 */
public final class LowerWarpMemory implements Pass {
  @Override
  public String name() {
    return "lower_warp_memory";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    return function.withBody(
        new Lowerer(target, function.globalSymbol("main")).stmt(function.body()));
  }

  /** How the elements of a buffer lie in the registers of a warp's lanes. */
  private record Layout(Buffer registers, long together) {}

  private static final class Lowerer extends IrRewriter {
    private final Target target;
    private final String function;
    private final int lanes;
    private final Analyzer analyzer = new Analyzer();
    private final Map<Var, Layout> layouts = new HashMap<>();
    private @Nullable Expr lane;

    Lowerer(Target target, String function) {
      this.target = target;
      this.function = function;
      this.lanes = target.limits().warpSize();
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt body)
          && key.equals(UnifyThreadBindings.THREAD_EXTENT)) {
        analyzer.bind(axis.var(), Range.upTo(Expr.cast(axis.var().dtype(), extent)));
        if (axis.thread() == ThreadTag.THREAD_IDX_X && extent instanceof Expr.IntImm imm) {
          lane =
              imm.value() == lanes
                  ? axis.var()
                  : imm.value() % lanes == 0 ? Expr.floorMod(axis.var(), lanes) : null;
        }
      } else if (node instanceof Stmt.For f) {
        analyzer.bind(f.var(), new Range(f.min(), f.extent()));
      } else if (node instanceof Stmt.Allocate a && isWarp(a.data())) {
        return allocate(a);
      } else if (node instanceof Stmt.DeclBuffer(Buffer buffer, Stmt body)
          && layouts.get(buffer.data()) instanceof Layout layout) {
        return new Stmt.DeclBuffer(layout.registers, stmt(body));
      }
      Stmt mapped = super.stmt(node);
      if (mapped instanceof Stmt.Store store
          && layouts.get(store.buffer().data()) instanceof Layout layout) {
        Expr own = own(store.indices().getFirst(), layout, store.buffer().name());
        return new Stmt.Store(layout.registers, store.value(), List.of(own));
      }
      return mapped;
    }

    private static boolean isWarp(Var data) {
      Var.PointerType type = data.pointerType();
      return type != null && type.scope().rank() == Scope.Rank.WARP;
    }

    private Stmt allocate(Stmt.Allocate a) {
      String name = a.data().name();
      require(
          target.capabilities().features().contains(Feature.SUBGROUPS) && lanes > 1,
          name,
          "is in warp memory, which the target " + target + " has no shuffles for");
      require(
          lane != null,
          name,
          "is in warp memory of a block whose threads along x are not whole warps of " + lanes);
      long together = new Strides(a.data()).in(a.body());
      boolean fits =
          together > 0
              && a.extents().getFirst() instanceof Expr.IntImm size
              && size.value() % (together * lanes) == 0;
      require(
          fits, name, "is in warp memory, and its elements are not dealt out to the lanes evenly");
      long each = ((Expr.IntImm) a.extents().getFirst()).value() / lanes;
      Buffer registers = Buffer.of(name, a.dtype(), Scope.LOCAL, List.of(Expr.int32(each)));
      layouts.put(a.data(), new Layout(registers, together));
      Stmt body = stmt(a.body());
      return new Stmt.Allocate(
          registers.data(), a.dtype(), registers.shape(), a.condition(), a.annotations(), body);
    }

    /** The register of an element that must be the lane's own. */
    private Expr own(Expr index, Layout layout, String name) {
      Expr first = index instanceof Expr.Ramp ramp ? ramp.base() : index;
      require(
          lane != null && analyzer.proveEqual(owner(first, layout), lane),
          name,
          "is in warp memory, and a lane writes an element of another one");
      Expr register = register(first, layout);
      return index instanceof Expr.Ramp ramp
          ? new Expr.Ramp(register, ramp.stride(), ramp.lanes())
          : register;
    }

    private Expr owner(Expr index, Layout layout) {
      return analyzer.simplify(Expr.floorMod(Expr.floorDiv(index, layout.together), lanes));
    }

    private Expr register(Expr index, Layout layout) {
      long period = layout.together * lanes;
      return analyzer.simplify(
          Expr.add(
              Expr.mul(Expr.floorDiv(index, period), layout.together),
              Expr.floorMod(index, layout.together)));
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      if (mapped instanceof Expr.Load load
          && layouts.get(load.buffer().data()) instanceof Layout layout) {
        return load(load, layout);
      }
      return mapped instanceof Expr.Call call ? pointers(call) : mapped;
    }

    private Expr load(Expr.Load load, Layout layout) {
      Expr index = load.indices().getFirst();
      Expr first = index instanceof Expr.Ramp ramp ? ramp.base() : index;
      Expr owner = owner(first, layout);
      Expr register = register(first, layout);
      Expr registers =
          index instanceof Expr.Ramp ramp
              ? new Expr.Ramp(register, ramp.stride(), ramp.lanes())
              : register;
      Expr value = new Expr.Load(layout.registers, List.of(registers));
      if (lane != null && analyzer.proveEqual(owner, lane)) {
        return value;
      }
      require(
          !mentionsLane(register) && index.dtype().lanes() == 1,
          load.buffer().name(),
          "is in warp memory, and the lanes read different registers of others at once");
      Expr mask = Expr.Call.of(DType.UINT32, Intrinsic.WARP_ACTIVEMASK);
      return Expr.Call.of(
          value.dtype(),
          Intrinsic.WARP_SHUFFLE,
          mask,
          value,
          Expr.cast(DType.INT32, owner),
          Expr.int32(lanes),
          Expr.int32(lanes));
    }

    private boolean mentionsLane(Expr e) {
      boolean[] found = {false};
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          found[0] |= lane instanceof Var && node == lane;
          found[0] |= !(lane instanceof Var) && node.equals(lane);
          super.expr(node);
        }
      }.expr(e);
      return found[0];
    }

    /** A pointer and the offset behind it, as the operations of tensor cores have them. */
    private Expr pointers(Expr.Call call) {
      List<Expr> args = new ArrayList<>(call.args());
      boolean changed = false;
      for (int i = 0; i + 1 < args.size(); i++) {
        if (args.get(i) instanceof Var v && layouts.get(v) instanceof Layout layout) {
          args.set(i, layout.registers.data());
          args.set(i + 1, own(args.get(i + 1), layout, v.name()));
          changed = true;
        }
      }
      return changed ? new Expr.Call(call.dtype(), call.callee(), args) : call;
    }

    private void require(boolean holds, String buffer, String violation) {
      if (!holds) {
        throw new LoweringException(
            "'" + buffer + "' " + violation,
            function,
            "index it by lane*m + i with a constant m, or put it in shared memory");
      }
    }

    /** How far apart the elements are that neighbouring lanes write. */
    private final class Strides extends IrWalker {
      private final Var data;
      private long stride;

      Strides(Var data) {
        this.data = data;
      }

      /** The step from lane to lane, the same in all stores; -1 if there is none. */
      long in(Stmt body) {
        stmt(body);
        return stride;
      }

      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Store store && store.buffer().data() == data) {
          Expr index = store.indices().getFirst();
          index(index instanceof Expr.Ramp ramp ? ramp.base() : index);
        }
        super.stmt(node);
      }

      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Call call) {
          for (int i = 0; i + 1 < call.args().size(); i++) {
            if (call.args().get(i) == data) {
              index(call.args().get(i + 1));
            }
          }
        }
        super.expr(node);
      }

      private void index(Expr index) {
        Var v = Var.of("lane", index.dtype());
        Expr inLane =
            new IrRewriter() {
              @Override
              public Expr expr(Expr node) {
                return node.equals(lane) ? Expr.cast(node.dtype(), v) : super.expr(node);
              }
            }.expr(index);
        Expr next = Substitute.in(inLane, Map.of(v, Expr.add(v, 1)));
        Expr step = analyzer.simplify(Expr.sub(next, inLane));
        long here = step instanceof Expr.IntImm imm && imm.value() > 0 ? imm.value() : -1;
        stride = stride == 0 || stride == here ? here : -1;
      }
    }
  }
}
